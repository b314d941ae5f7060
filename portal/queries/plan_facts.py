"""What happened to payment plans, as events for `billing.plan_standing.fold`: from the ledger, and from what people did.

The ledger says what was paid and what is owed. It is asked for the patient's share of the charges that a plan
covers, entry by entry, from the signature on; so a check at the desk counts like a card on our pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import Uuid

from billing import plan_events as happened
from billing.ledger import Account
from billing.money import ZERO, Money
from billing.plans import Terms
from portal.models.disputes import Dispute
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.plans import Plan, PlanEvent, PlanLine, PlanVersion
from portal.models.refunds import Refund

BETWEEN = 1_000  # places between two postings for what people do
# What a row of `plan_events` says, at its place in time.
_Reader = Callable[[dict[str, Any], dict[str, Any]], happened.PlanEvent]
_PAID = frozenset({"payment", "receipt", "credit_application", "refund", "dispute_owed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A signed plan: its first terms, and everything since."""

    terms: Terms
    events: tuple[happened.PlanEvent, ...]
    covered: frozenset[int]  # charges of the version in force
    newest: PlanVersion


def plan_facts(session: Session, plan_ids: Collection[UUID]) -> dict[UUID, PlanFacts]:
    """By plan, in four statements for any number of them; a plan that nobody signed has no facts."""
    ids = {"plan_ids": list(plan_ids)}
    versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
    for version in session.scalars(_versions(), ids):
        versions[version.plan_id].append(version)
    if not versions:
        return {}
    lines: dict[int, dict[int, Money]] = defaultdict(dict)
    for row in session.execute(_lines(), ids):
        lines[row.version_id][row.charge_id] = row.amount
    moved: dict[UUID, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(_movements(), ids):
        moved[row.plan_id].append(row)
    said: dict[UUID, list[PlanEvent]] = defaultdict(list)
    for event in session.scalars(_said(), ids):
        said[event.plan_id].append(event)
    return {
        plan_id: _facts(signed, lines, moved[plan_id], said[plan_id])
        for plan_id, signed in versions.items()
    }


def _facts(
    signed: list[PlanVersion],
    lines: Mapping[int, Mapping[int, Money]],
    moved: Iterable[Row[*tuple[Any, ...]]],
    said: Iterable[PlanEvent],
) -> PlanFacts:
    first, newest = signed[0], signed[-1]
    said = list(said)
    seq = _places([*signed, *said])
    events: list[happened.PlanEvent] = [happened.Signed(on=first.signed_on, seq=seq[first])]
    for before, version in pairwise(signed):
        place: dict[str, Any] = {"on": version.signed_on, "seq": seq[version]}
        events += [
            happened.BillAdded(**place, amount=amount, bill=str(charge_id))
            for charge_id, amount in lines[version.id].items()
            if charge_id not in lines[before.id]
        ]
        events.append(happened.Signed(**place, terms=_terms(version)))
    events += _money(signed, lines, moved)
    events += [event for row in said if (event := _event(row, seq[row])) is not None]
    return PlanFacts(
        terms=_terms(first),
        events=tuple(events),
        covered=frozenset(lines[newest.id]),
        newest=newest,
    )


def _places(rows: Iterable[PlanVersion | PlanEvent]) -> dict[PlanVersion | PlanEvent, int]:
    """What people did between the same two postings, in the order in which they did it."""
    places: dict[PlanVersion | PlanEvent, int] = {}
    last = -1
    for row in sorted(rows, key=lambda r: (r.ledger_position, _moment(r), r.id)):
        last = max(last + 1, row.ledger_position * BETWEEN + 1)
        places[row] = last
    return places


def _moment(row: PlanVersion | PlanEvent) -> datetime:
    return row.signed_at if isinstance(row, PlanVersion) else row.at


def _terms(row: PlanVersion) -> Terms:
    return Terms(row.total, row.down, row.instalments, row.first_on, row.day)


def _money(
    signed: list[PlanVersion],
    lines: Mapping[int, Mapping[int, Money]],
    moved: Iterable[Row[*tuple[Any, ...]]],
) -> list[happened.PlanEvent]:
    """Every movement of a charge that the version in force at that moment covers."""
    events: list[happened.PlanEvent] = []
    paid: list[
        list[Any]
    ] = []  # payment, cents not yet taken back: for money whose origin is unsaid
    for row in moved:
        version = next((v for v in reversed(signed) if v.ledger_position < row.position), None)
        if version is None or row.charge_id not in lines[version.id]:
            continue
        # A payer's day may lie before the signature; the plan learns of it after.
        place = {"on": max(row.occurred_on, version.signed_on), "seq": row.position * BETWEEN}
        if row.kind.removesuffix("_reversal") in _PAID:
            events += _patients_money(row, place, paid)
        else:
            events.append(_share(row, place))
    return events


def _patients_money(
    row: Row[*tuple[Any, ...]], place: dict[str, Any], paid: list[list[Any]]
) -> list[happened.PlanEvent]:
    key = str(row.payment_id or row.entry_id)
    if row.net < ZERO:
        paid.append([key, -row.net.cents])
        return [happened.Paid(**place, payment=key, amount=-row.net)]
    kind = happened.Refunded if row.kind == "refund" else happened.PaymentReturned
    events: list[happened.PlanEvent] = []
    left = row.net.cents
    mine = [one for one in reversed(paid) if one[0] == key]
    for one in mine or list(reversed(paid)):
        part = min(left, one[1])
        one[1] -= part
        left -= part
        if part:
            events.append(kind(**place, payment=one[0], amount=Money(part)))
    if left:  # paid before anybody signed, and owed again now
        events.append(_raised(left, row.visit_id, place))
    return events


def _share(row: Row[*tuple[Any, ...]], place: dict[str, Any]) -> happened.PlanEvent:
    """What is owed changed: a payer, or a person of the practice, said so."""
    if row.net > ZERO:
        return _raised(row.net.cents, row.visit_id, place)
    kind = happened.Awarded if row.assistance else happened.ShareDown
    return kind(**place, amount=-row.net, bill=str(row.visit_id))


def _raised(cents: int, visit_id: int, place: dict[str, Any]) -> happened.PlanEvent:
    return happened.ShareUp(**place, amount=Money(cents), bill=str(visit_id))


def _event(row: PlanEvent, seq: int) -> happened.PlanEvent | None:
    """What people and clocks did; letters and copies change nothing."""
    read = _SAID.get(row.kind)
    return read(row.detail, {"on": row.on, "seq": seq}) if read else None


def _bare(kind: type[happened.PlanEvent]) -> _Reader:
    return lambda _said, place: kind(**place)


_SAID: dict[str, _Reader] = {
    "skipped": lambda said, place: happened.Skipped(**place, number=said["number"]),
    "paused": lambda said, place: happened.Paused(**place, until=date.fromisoformat(said["until"])),
    "date_changed": lambda said, place: happened.DateChanged(**place, day=said["day"]),
    "disputed": lambda said, place: happened.Disputed(
        **place,
        dispute=said["dispute"],
        amount=Money(said["cents"]),
        bill=said.get("bill", ""),
    ),
    "dispute_ended": lambda said, place: happened.DisputeEnded(**place, dispute=said["dispute"]),
    "died": lambda said, place: happened.Died(**place, signer=said.get("signer", True)),
    "canceled": lambda said, place: happened.Canceled(**place, reason=said.get("reason", "")),
    "resumed": _bare(happened.Resumed),
    "change_declined": _bare(happened.ChangeDeclined),
    "method_changed": _bare(happened.MethodChanged),
    "guarantor_changed": _bare(happened.GuarantorChanged),
    "defaulted": _bare(happened.Defaulted),
}


def _chosen(column: Any) -> Any:
    return column == func.any(bindparam("plan_ids", type_=ARRAY(Uuid)))


@cache
def _versions() -> Select[PlanVersion]:
    return (
        select(PlanVersion)
        .where(_chosen(PlanVersion.plan_id))
        .order_by(PlanVersion.plan_id, PlanVersion.number)
    )


@cache
def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(PlanLine.version_id, PlanLine.charge_id, PlanLine.amount.label("amount"))
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .where(_chosen(PlanVersion.plan_id))
    )


@cache
def _said() -> Select[PlanEvent]:
    return select(PlanEvent).where(_chosen(PlanEvent.plan_id)).order_by(PlanEvent.id)


@cache  # building it takes longer than running it
def _movements() -> Select[*tuple[Any, ...]]:
    """By plan, entry and charge: what an entry since the first signature did to the patient's share."""
    covered = (
        select(
            PlanVersion.plan_id,
            Plan.guarantor_account_id,
            PlanLine.charge_id,
            func.min(PlanVersion.ledger_position).label("earliest"),
        )
        .join(PlanLine, PlanLine.version_id == PlanVersion.id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(_chosen(PlanVersion.plan_id))
        .group_by(PlanVersion.plan_id, Plan.guarantor_account_id, PlanLine.charge_id)
        .subquery()
    )
    assistance = aliased(PostingRow)
    of_patient = select(LedgerAccount.id).where(LedgerAccount.code == Account.PATIENT_RECEIVABLE)
    of_help = select(LedgerAccount.id).where(LedgerAccount.code == Account.FINANCIAL_ASSISTANCE)
    cents = func.sum(
        case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    )
    paid, refunded, disputed = aliased(Payment), aliased(Refund), aliased(Dispute)
    return (
        select(
            covered.c.plan_id,
            PostingRow.charge_id,
            PostingRow.visit_id,
            PostingRow.entry_id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            func.max(PostingRow.id).label("position"),
            cents.label("net"),
            func.coalesce(paid.id, refunded.payment_id, disputed.payment_id).label("payment_id"),
            select(assistance.id)
            .where(
                assistance.entry_id == PostingRow.entry_id,
                assistance.account_id == of_help.scalar_subquery(),
            )
            .exists()
            .label("assistance"),
        )
        .join(covered, covered.c.charge_id == PostingRow.charge_id)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .outerjoin(paid, paid.entry_id == JournalEntry.id)
        .outerjoin(refunded, refunded.entry_id == JournalEntry.id)
        .outerjoin(disputed, disputed.entry_id == JournalEntry.id)
        .where(
            PostingRow.account_id == of_patient.scalar_subquery(),
            # A bill that went to another account left the plan: what happens to it there does not count.
            PostingRow.guarantor_account_id == covered.c.guarantor_account_id,
            PostingRow.id > covered.c.earliest,
        )
        .group_by(
            covered.c.plan_id,
            PostingRow.charge_id,
            PostingRow.visit_id,
            PostingRow.entry_id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            paid.id,
            refunded.payment_id,
            disputed.payment_id,
        )
        .having(cents != ZERO)
        .order_by(func.max(PostingRow.id))
    )
