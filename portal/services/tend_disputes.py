"""The morning's look at disputes: an answer that is due soon or late raises work, and what rejoined is written down (DISP-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.bill_disputes import REMIND_BEFORE
from portal.db import transaction
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.services.open_dispute import add_event, lock_dispute
from portal.services.open_work import open_work

KIND = "bill_dispute_due"
SOON = "the answer to a dispute is due within a week"
LATE = "the answer to a dispute is late"
NEXT_STEP = "Answer it today under Bill disputes, or extend it once with a letter."


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputesTended:
    """What the morning found."""

    warned: int
    rejoined: int


def tend_disputes(*, on: date, now: datetime) -> DisputesTended:
    """Everything that is due on this day; a second run of the same day does nothing more."""
    with transaction() as session:
        warned = sum(_warn(session, row, visit, on, now) for row, visit in _due(session, on))
    rejoined = 0
    with transaction() as session:
        ids = session.scalars(_ended(on)).all()
        for dispute_id in ids:
            row, _ = lock_dispute(session, dispute_id)
            if row.state == "answered" and row.rejoins_on is not None and row.rejoins_on <= on:
                add_event(session, row, "rejoined", by_id=None, face="system", now=now)
                row.ended_on = row.rejoins_on
                rejoined += 1
    return DisputesTended(warned=warned, rejoined=rejoined)


def _due(session: Session, on: date) -> list[tuple[BillDispute, Visit]]:
    rows = session.execute(
        select(BillDispute, Visit)
        .join(Visit, Visit.id == BillDispute.visit_id)
        .where(BillDispute.state == "open", BillDispute.resolve_by <= on + REMIND_BEFORE)
        .order_by(BillDispute.resolve_by)
    )
    return [(row.BillDispute, row.Visit) for row in rows]


def _ended(on: date) -> Select[UUID]:
    """Those whose bill has rejoined the cycle, and that nobody has closed."""
    return (
        select(BillDispute.id)
        .where(
            BillDispute.state == "answered",
            BillDispute.ended_on.is_(None),
            BillDispute.rejoins_on <= on,
        )
        .order_by(BillDispute.id)
    )


def _warn(session: Session, row: BillDispute, visit: Visit, on: date, now: datetime) -> int:
    late = row.resolve_by < on
    made = open_work(
        session,
        key=f"{KIND}:{row.id}:{row.resolve_by}:{'late' if late else 'soon'}",
        kind=KIND,
        reasons=[LATE if late else SOON],
        next_step=NEXT_STEP,
        amount=row.amount,
        account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        owner_id=None if late else row.owner_id,  # late: whoever can, not whoever had it
        due_on=on,
        now=now,
    )
    return int(made)
