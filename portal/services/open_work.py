"""Work for a person, opened once under its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.models.work import WorkItem


def open_work(
    session: Session,
    *,
    key: str,
    kind: str,
    reasons: Sequence[str],
    next_step: str,
    amount: Money = ZERO,
    account_id: int | None = None,
    visit_id: int | None = None,
    owner_id: int | None = None,
    holds_bill: bool = False,
    due_on: date | None = None,
    now: datetime,
) -> bool:
    """In the caller's transaction; false where the key had one already. Without an account it concerns many, or none."""
    opened = session.scalar(
        insert(WorkItem)
        .values(
            dedupe_key=key,
            kind=kind,
            reasons=list(reasons),
            next_step=next_step,
            amount=amount,
            guarantor_account_id=account_id,
            visit_id=visit_id,
            owner_id=owner_id,
            holds_bill=holds_bill,
            opened_at=now,
            due_on=due_on,
        )
        .on_conflict_do_nothing()
        .returning(WorkItem.id)
    )
    return opened is not None
