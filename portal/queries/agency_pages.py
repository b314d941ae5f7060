"""Agencies for the office: what each still lacks, what it has of ours, and how its contract came to be (COLL-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from billing.money import ZERO, Money
from billing.placement import TERM_WORDS, WITH_AGENCY, Agency, Term, lacks
from portal.db import read_only
from portal.models.identity import Login
from portal.models.placements import AgencyRow, AgencyVersion, Placement
from portal.queries.agency_facts import agency_facts

APPROVAL = "the approval of its contract by a second person"
WORDS = {
    "name": "Name",
    "contract_ref": "Contract",
    "baa_ref": "Business associate agreement",
    "terms": "The contract",
    "states": "Licences",
    "begins_on": "First day",
    "ends_on": "Last day",
    "dispute_address": "Address for disputes",
    "phone": "Phone for disputes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One agency of the list; `lacks` says why nothing may be placed there on the day, empty when something may."""

    id: int
    facts: Agency
    approved: bool
    lacks: tuple[str, ...]
    placed: int
    placed_total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One change: which lines of the contract, from what to what."""

    version: int
    made_by: str
    made_at: datetime
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    approved_by: str
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyPage:
    """One agency whole."""

    line: AgencyLine
    version: int
    written_by_id: int
    written_by: str
    approved_by: str
    approved_at: datetime | None
    terms: tuple[tuple[str, bool], ...]
    history: tuple[VersionRow, ...]


def agency_list(*, on: date) -> tuple[AgencyLine, ...]:
    """Every agency, those that may be used first."""
    with read_only() as session:
        rows = session.scalars(select(AgencyRow).order_by(AgencyRow.name)).all()
        lines = _lines(session, rows, on=on)
    return tuple(sorted(lines, key=lambda line: bool(line.lacks)))


def agency_page(agency_id: int, *, on: date) -> AgencyPage | None:
    """One, with every version."""
    with read_only() as session:
        row = session.get(AgencyRow, agency_id)
        if row is None:
            return None
        (line,) = _lines(session, [row], on=on)
        people = _names(session, {row.added_by_id, row.approved_by_id})
        return AgencyPage(
            line=line,
            version=row.version,
            written_by_id=row.added_by_id,
            written_by=people.get(row.added_by_id, ""),
            approved_by=people.get(row.approved_by_id, ""),
            approved_at=row.approved_at,
            terms=tuple((TERM_WORDS[term], term in line.facts.terms) for term in Term),
            history=_history(session, agency_id),
        )


def _lines(session: Session, rows: Sequence[AgencyRow], *, on: date) -> list[AgencyLine]:
    found = session.execute(
        select(Placement.agency_id, func.count(), func.sum(Placement.placed))
        .where(
            Placement.agency_id.in_([row.id for row in rows]),
            Placement.state.in_([one.value for one in WITH_AGENCY]),
        )
        .group_by(Placement.agency_id)
    )
    placed = {agency_id: (count, total) for agency_id, count, total in found}
    lines = []
    for row in rows:
        facts, approved = agency_facts(row), row.approved_by_id is not None
        missing = lacks(facts, on=on)
        count, total = placed.get(row.id, (0, ZERO))
        lines.append(
            AgencyLine(
                id=row.id,
                facts=facts,
                approved=approved,
                lacks=missing if approved else (*missing, APPROVAL),
                placed=count,
                placed_total=total,
            )
        )
    return lines


def _names(session: Session, ids: set[int | None]) -> Mapping[int | None, str]:
    rows = session.execute(select(Login.id, Login.name).where(Login.id.in_(ids - {None})))
    return dict(iter(rows))


def _history(session: Session, agency_id: int) -> tuple[VersionRow, ...]:
    maker, approver = aliased(Login), aliased(Login)
    rows = session.execute(
        select(AgencyVersion, maker.name, approver.name)
        .join(maker, maker.id == AgencyVersion.made_by_id)
        .outerjoin(approver, approver.id == AgencyVersion.approved_by_id)
        .where(AgencyVersion.agency_id == agency_id)
        .order_by(AgencyVersion.version)
    ).all()
    found: list[VersionRow] = []
    before: Mapping[str, Any] = {}
    for row, made_by, approved_by in rows:
        found.append(
            VersionRow(
                version=row.version,
                made_by=made_by,
                made_at=row.made_at,
                reason=row.reason,
                changes=_changes(before, row.said) if before else (),
                approved_by=approved_by or "",
                approved_at=row.approved_at,
            )
        )
        before = row.said
    return tuple(reversed(found))


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    found = [
        (WORDS[name], _said(before[name]), _said(now[name]))
        for name in WORDS
        if name != "terms" and before[name] != now[name]
    ]
    then, since = set(before["terms"]), set(now["terms"])
    for term in Term:
        if (term.value in then) != (term.value in since):
            words = ("no", "yes") if term.value in since else ("yes", "no")
            found.append((f"The contract {TERM_WORDS[term]}", *words))
    return tuple(found)


def _said(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(value)
    return value or "nothing"
