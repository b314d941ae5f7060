"""Keep every status that a message went through, in the order in which we heard of it (MSG-12, MSG-20)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models.messages import MessageStatus

_ADD = insert(MessageStatus)


def note_status(
    session: Session, message_id: int, status: str, *, now: datetime, error: str = ""
) -> None:
    """Add one status in the caller's transaction; what is there is never changed."""
    note_statuses(session, [message_id], status, now=now, error=error)


def note_statuses(
    session: Session, message_ids: Collection[int], status: str, *, now: datetime, error: str = ""
) -> None:
    """The same for many at once."""
    if message_ids:
        session.execute(
            _ADD,
            [
                {"message_id": one, "status": status, "error": error, "at": now}
                for one in message_ids
            ],
        )
