"""Work that concerns many accounts, or none, opened once under its key."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import Money
from portal.models.work import WorkItem


def open_group_work(
    session: Session,
    *,
    key: str,
    kind: str,
    reason: str,
    next_step: str,
    amount: Money,
    now: datetime,
    due_on: date,
) -> None:
    """In the caller's transaction; the same key again changes nothing."""
    session.execute(
        insert(WorkItem)
        .values(
            dedupe_key=key,
            kind=kind,
            reasons=[reason],
            next_step=next_step,
            amount=amount,
            opened_at=now,
            due_on=due_on,
        )
        .on_conflict_do_nothing()
    )


def close_group_work(
    session: Session, key: str, *, by_id: int, outcome: str, now: datetime
) -> None:
    """Whoever had to decide has decided."""
    session.execute(
        update(WorkItem)
        .where(WorkItem.dedupe_key == key, WorkItem.closed_at.is_(None))
        .values(closed_at=now, closed_by_id=by_id, outcome=outcome)
    )
