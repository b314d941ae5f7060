"""Whom a note speaks to has opened the account's notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from portal.db import transaction
from portal.models.notes import AccountNote, NoteMention
from portal.queries.viewer import StaffViewer


def see_mentions(*, account_id: int, staff: StaffViewer, now: datetime) -> None:
    """Every note on the account that speaks to this member of staff is read."""
    here = select(AccountNote.id).where(AccountNote.guarantor_account_id == account_id)
    with transaction() as session:
        session.execute(
            update(NoteMention)
            .where(
                NoteMention.login_id == staff.login_id,
                NoteMention.seen_at.is_(None),
                NoteMention.note_id.in_(here),
            )
            .values(seen_at=now)
        )
