"""An answer of the office in a thread, kept once for each form, and what waited for one (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services.refusal import Refusal


class NotAllowed(Refusal):
    """The role reads messages, and does not write them."""

    status = 403
    title = "Your role cannot answer messages"


def may_answer(staff: StaffViewer) -> None:
    """Raises NotAllowed."""
    if not staff.may("messages.answer"):
        raise NotAllowed("Nothing was sent or changed.")


def keep_answer(
    session: Session,
    *,
    thread: dict[str, int],
    text: str,
    form_id: UUID,
    staff: StaffViewer,
    now: datetime,
) -> int | None:
    """The message's id, or None for a form that was sent before; `thread` names the column of whose thread it is."""
    return session.scalar(
        insert(ThreadMessage)
        .values(
            **thread,
            author="staff",
            login_id=staff.login_id,
            channel="portal",
            kind="answer",
            body=text,
            provider_id=f"form:{form_id}",
            at=now,
        )
        .on_conflict_do_nothing(index_elements=[ThreadMessage.provider_id])
        .returning(ThreadMessage.id)
    )


def close_waiting(
    session: Session, thread: ColumnElement[bool], *, staff: StaffViewer, now: datetime
) -> None:
    """What the patient wrote in this thread waits no longer."""
    session.execute(
        update(ThreadMessage)
        .where(thread, ThreadMessage.author == "patient", ThreadMessage.answered_at.is_(None))
        .values(answered_at=now, answered_by_id=staff.login_id)
    )
