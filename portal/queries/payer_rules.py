"""Payers for the office: the posting rule of each, what waits of it, and how its rule came to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from billing.posting_policy import Level, PostingRule
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Claim
from portal.models.identity import Login
from portal.models.posting import PostingPolicy
from portal.models.practice import Practice
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.models.work import WorkItem
from portal.queries.automation import Share, shares_by_payer, together
from portal.queries.paging import Page, limits, page_of
from portal.queries.posting_rules import AS_PRACTICE, PostingRules, posting_rules

LEVEL_WORDS = {
    Level.REVIEW_ALL.value: "A person looks at everything first",
    Level.CLEAN_CLAIMS.value: "Claims that open no work post",
    Level.ALL_BALANCED.value: "All that balances posts",
    AS_PRACTICE: "As the practice",
}
RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRow:
    """One payer of the list; `days` from sending a claim to its answer, over the last 90 days."""

    id: int
    name: str
    level: str
    own_rule: bool
    never_auto: tuple[str, ...]
    days: int | None
    open_items: int
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One row of a rule's history; the newest is first."""

    level: str
    never_auto: tuple[str, ...]
    effective_from: date
    reason: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """The rule of one payer, or of the practice where `payer_id` is none."""

    payer_id: int | None
    name: str
    rule: PostingRule
    own_rule: bool
    history: tuple[RuleRow, ...]
    newest_id: int  # of the row that a form was filled in upon; 0 for none
    share: Share
    open_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerList:
    """A page of payers, with the practice's own rule and share above it."""

    payers: Page[PayerRow]
    practice: PostingRule
    share: Share


def day_start(session: Session, day: date) -> datetime:
    """When this day began at the practice."""
    zone = session.scalar(select(Practice.time_zone))
    return datetime.combine(day, time(), ZoneInfo(zone or "America/New_York"))


def payer_list(*, on: date, number: int = 1) -> PayerList:
    """By name; what somebody must look at is counted beside each."""
    offset, limit = limits(number)
    with read_only() as session:
        found = session.execute(
            select(Payer.id, Payer.name).order_by(Payer.name, Payer.id).offset(offset).limit(limit)
        ).all()
        ids = [row.id for row in found]
        rules = posting_rules(session, on=on)
        shares = shares_by_payer(session, since=day_start(session, on.replace(day=1)))
        items, days = _open_items(session, ids), _days(session, ids, on)
    rows = [
        PayerRow(
            id=row.id,
            name=row.name,
            level=LEVEL_WORDS[rules.of(row.id).level.value],
            own_rule=row.id in rules.own,
            never_auto=tuple(sorted(rules.of(row.id).never_auto)),
            days=days.get(row.id),
            open_items=items.get(row.id, 0),
            share=shares.get(row.id, Share()),
        )
        for row in found
    ]
    return PayerList(payers=page_of(rows, number), practice=rules.practice, share=together(shares))


def rule_page(payer_id: int | None, *, on: date) -> RulePage | None:
    """One payer's rule with its history; None where there is no such payer."""
    with read_only() as session:
        name = "The practice"
        if payer_id is not None:
            named = session.scalar(select(Payer.name).where(Payer.id == payer_id))
            if named is None:
                return None
            name = named
        rules: PostingRules = posting_rules(session, on=on)
        shares = shares_by_payer(session, since=day_start(session, on.replace(day=1)))
        return RulePage(
            payer_id=payer_id,
            name=name,
            rule=rules.of(payer_id),
            own_rule=payer_id in rules.own,
            history=_history(session, payer_id),
            newest_id=newest_rule(session, payer_id),
            share=together(shares) if payer_id is None else shares.get(payer_id, Share()),
            open_items=_open_items(session, [payer_id]).get(payer_id, 0) if payer_id else 0,
        )


def of_payer(payer_id: int | None) -> ColumnElement[bool]:
    """The rows of this payer's rule, or of the practice's."""
    if payer_id is None:
        return PostingPolicy.payer_id.is_(None)
    return PostingPolicy.payer_id == payer_id


def newest_rule(session: Session, payer_id: int | None) -> int:
    """The row made last; 0 where none was."""
    newest = select(func.max(PostingPolicy.id)).where(of_payer(payer_id))
    return session.scalar(newest) or 0


def _history(session: Session, payer_id: int | None) -> tuple[RuleRow, ...]:
    rows = session.execute(
        select(
            PostingPolicy.level,
            PostingPolicy.never_auto,
            PostingPolicy.effective_from,
            PostingPolicy.reason,
            PostingPolicy.made_at,
            Login.name,
            Login.email,
        )
        .join(Login, Login.id == PostingPolicy.made_by_id)
        .where(of_payer(payer_id))
        .order_by(PostingPolicy.id.desc())
        .limit(50)
    )
    return tuple(
        RuleRow(
            level=LEVEL_WORDS[row.level],
            never_auto=tuple(row.never_auto),
            effective_from=row.effective_from,
            reason=row.reason,
            made_by=row.name or row.email,
            made_at=row.made_at,
        )
        for row in rows
    )


def _open_items(session: Session, payer_ids: list[int]) -> dict[int | None, int]:
    rows = session.execute(
        select(RemittanceRow.payer_id, func.count())
        .join(WorkItem, WorkItem.remittance_id == RemittanceRow.id)
        .where(WorkItem.closed_at.is_(None), RemittanceRow.payer_id.in_(payer_ids))
        .group_by(RemittanceRow.payer_id)
    )
    return {row[0]: row[1] for row in rows}


def _days(session: Session, payer_ids: list[int], on: date) -> dict[int, int]:
    """Days from sending to the first answer, on average, of what was answered lately."""
    rows = session.execute(
        select(Claim.payer_id, func.avg(RemittanceClaim.decided_on - Claim.submitted_on))
        .join(RemittanceClaim, RemittanceClaim.claim_id == Claim.id)
        .where(
            Claim.payer_id.in_(payer_ids),
            Claim.submitted_on.is_not(None),
            RemittanceClaim.decided_on > on - RECENT,
            RemittanceClaim.decided_on >= Claim.submitted_on,
        )
        .group_by(Claim.payer_id)
    )
    return {payer_id: round(days) for payer_id, days in rows}
