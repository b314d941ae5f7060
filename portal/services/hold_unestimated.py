"""A bill without a plan that waits for a person: its estimate was owed and never given, or nobody can tell which is its own (NSA-2, NSA-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.estimates import compared
from billing.money import Money
from portal.models.claims import Visit
from portal.queries.estimate_sums import billed_parts, expected_parts
from portal.queries.estimate_ties import (
    Day,
    bills_of_days,
    unestimated,
    untied_estimates,
)
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date

MISSING, UNCLEAR = "estimate_missing", "estimate_unclear"
REASONS = {
    MISSING: "A visit without a plan was owed a good-faith estimate and never had one (NSA-2).",
    UNCLEAR: "This person asked for an estimate before: whether it is of this bill, nobody can tell (NSA-6).",
}
NEXT = {
    MISSING: "Call the patient about the price before it is billed: lower it, or bill it as it stands. Then close this.",
    UNCLEAR: "Open Estimates and say which estimate is of this bill, or that none is.",
}


def hold_unestimated(
    session: Session, days: Mapping[Day, Sequence[Visit]], *, now: datetime
) -> None:
    """Of days of which no estimate stands."""
    if not days:
        return
    unclear = _unclear(session, days)
    for key in unclear:
        for visit in days[key]:
            open_hold(session, UNCLEAR, visit, now=now)
    hold_missing(session, {key: days[key] for key in days if key not in unclear}, now=now)


def hold_missing(session: Session, days: Mapping[Day, Sequence[Visit]], *, now: datetime) -> None:
    """Every bill that may be of the visit, or the one that is known to be."""
    if not days:
        return
    for one in unestimated(session, days.keys()):
        for visit in days[one.patient_id, one.day]:
            if one.visit_id in {None, visit.id}:
                open_hold(session, MISSING, visit, now=now)


def open_hold(session: Session, kind: str, visit: Visit, *, now: datetime) -> None:
    """The work that holds this bill; one of a kind."""
    parts = billed_parts(session, [visit.id])[visit.id]
    open_work(
        session,
        key=hold_key(kind, visit.id),
        kind=kind,
        reasons=[REASONS[kind]],
        next_step=NEXT[kind],
        amount=Money(sum(amount.cents for _, amount in parts)),
        account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        holds_bill=True,
        due_on=practice_date(session, now),
        now=now,
    )


def hold_key(kind: str, visit_id: int) -> str:
    """By which the work is known."""
    return f"{kind}:{visit_id}"


def _unclear(session: Session, days: Mapping[Day, Sequence[Visit]]) -> Collection[Day]:
    """Days that one of several estimates may be of, where it matters: by one of them the bill is too far above.

    Where an estimate was owed and never given, it matters always: one that was asked for may stand in its place.
    """
    asked = untied_estimates(session, days.keys())
    if not asked:
        return ()
    owed = {(one.patient_id, one.day) for one in unestimated(session, asked.keys())}
    bills = bills_of_days(session, asked.keys())
    billed = billed_parts(session, [one for ids in bills.values() for one in ids])
    expected = expected_parts(session, {one for ids in asked.values() for one in ids})
    return {
        key
        for key, ids in asked.items()
        if key in owed
        or any(
            one.too_far
            for estimate_id in ids
            for one in compared(
                [part for visit_id in bills[key] for part in billed[visit_id]],
                expected[estimate_id],
            )
        )
    }
