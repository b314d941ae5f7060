"""Work about one account for a person, opened once under its key."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.models.work import WorkItem


def open_account_work(
    session: Session,
    *,
    key: str,
    kind: str,
    reason: str,
    next_step: str,
    account_id: int,
    now: datetime,
    amount: Money = ZERO,
    due_on: date | None = None,
    visit_id: int | None = None,
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
            guarantor_account_id=account_id,
            visit_id=visit_id,
            opened_at=now,
            due_on=due_on,
        )
        .on_conflict_do_nothing()
    )
