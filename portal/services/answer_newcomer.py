"""Staff answer somebody whose sign-in has no record yet: the words stay on our pages (ID-1, MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.identity import Login
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services import letters
from portal.services.keep_answer import close_waiting, keep_answer, may_answer
from portal.services.queue_letter import queue_letter
from portal.services.refusal import NotFound


def answer_newcomer(
    *,
    login_id: int,
    text: str,
    form_id: UUID,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> bool:
    """Keep the answer, close what waited, and mail one bare notice; False for a form that was sent before.

    Raises CardNumberRefused (PCI-5), NotFound, NotAllowed.
    """
    text = check_free_text(text)
    may_answer(staff)
    with transaction() as session:
        # The sign-in's row makes two members of staff answer one after the other.
        login = session.scalars(
            select(Login).where(Login.id == login_id, Login.face == "patient").with_for_update()
        ).one_or_none()
        wrote = select(ThreadMessage.id).where(ThreadMessage.newcomer_id == login_id).limit(1)
        if login is None or session.scalar(wrote) is None:
            raise NotFound
        message_id = keep_answer(
            session,
            thread={"newcomer_id": login_id},
            text=text,
            form_id=form_id,
            staff=staff,
            now=now,
        )
        if message_id is None:
            return False
        close_waiting(session, ThreadMessage.newcomer_id == login_id, staff=staff, now=now)
        queue_letter(
            session,
            to=login.email,
            letter=letters.new_message(letters.letterhead(session, public_url=public_url)),
            now=now,
            dedupe_key=f"message:{message_id}:{login.email}",
        )
    return True


def close_newcomer(*, login_id: int, staff: StaffViewer, now: datetime) -> None:
    """What waits needs no answer. Raises NotAllowed."""
    may_answer(staff)
    with transaction() as session:
        close_waiting(session, ThreadMessage.newcomer_id == login_id, staff=staff, now=now)
