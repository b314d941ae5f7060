"""Write down what somebody found out about an item; notes are never edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.work import WorkItem, WorkNote
from portal.queries.viewer import StaffViewer
from portal.services.refusal import NotFound, Refusal


class EmptyNote(Refusal):
    """A note without words."""

    title = "The note is empty"


def note_work_item(*, item_id: int, text: str, staff: StaffViewer, now: datetime) -> None:
    """Add a note; the same words sent twice in a row by the same person are one note.

    Raises EmptyNote, CardNumberRefused or NotFound.
    """
    text = check_free_text(text)
    if not text:
        raise EmptyNote("Write what you found out. Nothing was saved.")
    with transaction() as session:
        # The item's row makes a double click wait for its first half.
        found = session.scalar(select(WorkItem.id).where(WorkItem.id == item_id).with_for_update())
        if found is None:
            raise NotFound
        last = session.execute(
            select(WorkNote.text, WorkNote.login_id)
            .where(WorkNote.work_item_id == item_id)
            .order_by(WorkNote.id.desc())
            .limit(1)
        ).one_or_none()
        if last is None or tuple(last) != (text, staff.login_id):
            session.add(WorkNote(work_item_id=item_id, login_id=staff.login_id, text=text, at=now))
