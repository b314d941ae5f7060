"""Work that is known by its key ends: what it asked for was done, or fell away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.work import WorkItem


def close_work(session: Session, key: str, *, by: int | None, outcome: str, now: datetime) -> bool:
    """In the caller's transaction; `by` nobody is the system. False where it is not open."""
    closed = session.execute(
        update(WorkItem)
        .where(WorkItem.dedupe_key == key, WorkItem.closed_at.is_(None))
        .values(closed_at=now, closed_by_id=by, outcome=outcome)
        .returning(WorkItem.id)
    )
    return closed.scalar() is not None
