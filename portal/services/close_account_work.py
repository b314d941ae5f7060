"""Close an account's open work of a kind, because what it asked for was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.work import WorkItem


def close_account_work(
    session: Session, account_id: int, kind: str, *, by: int | None, now: datetime
) -> None:
    """In the caller's transaction; `by` nobody is the system. Where none is open, nothing changes."""
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.guarantor_account_id == account_id,
            WorkItem.kind == kind,
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by_id=by, outcome="done")
    )
