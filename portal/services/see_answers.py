"""A patient has opened the thread: what the office wrote is read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.db import transaction
from portal.models.messages import ThreadMessage
from portal.queries.patient_thread import in_thread_of
from portal.queries.viewer import PatientViewer


def see_answers(*, viewer: PatientViewer, now: datetime) -> None:
    """Mark every answer to the viewer's accounts as seen, by whom and when; the first time stands.

    Whoever reads for somebody else leaves it unread for them (HIPAA-9).
    """
    if viewer.acting_for is not None:
        return
    with transaction() as session:
        session.execute(
            update(ThreadMessage)
            .where(
                in_thread_of(viewer),
                ThreadMessage.author == "staff",
                ThreadMessage.seen_at.is_(None),
            )
            .values(seen_at=now, seen_by_id=viewer.login_id)
        )
