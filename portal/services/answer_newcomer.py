"""Staff answer somebody whose sign-in has no record yet: the words stay on our pages (ID-1, MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.dialects.postgresql import insert

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.identity import Login
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services import letters
from portal.services.answer_thread import NotAllowed
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
    _may(staff)
    with transaction() as session:
        # The sign-in's row makes two members of staff answer one after the other.
        login = session.scalars(
            select(Login).where(Login.id == login_id, Login.face == "patient").with_for_update()
        ).one_or_none()
        wrote = select(ThreadMessage.id).where(ThreadMessage.newcomer_id == login_id).limit(1)
        if login is None or session.scalar(wrote) is None:
            raise NotFound
        message_id = session.scalar(
            insert(ThreadMessage)
            .values(
                newcomer_id=login_id,
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
        if message_id is None:
            return False
        session.execute(_waiting_of(login_id, staff, now))
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
    _may(staff)
    with transaction() as session:
        session.execute(_waiting_of(login_id, staff, now))


def _may(staff: StaffViewer) -> None:
    if not staff.may("messages.answer"):
        raise NotAllowed("Nothing was sent.")


def _waiting_of(login_id: int, staff: StaffViewer, now: datetime) -> Update:
    return (
        update(ThreadMessage)
        .where(
            ThreadMessage.newcomer_id == login_id,
            ThreadMessage.author == "patient",
            ThreadMessage.answered_at.is_(None),
        )
        .values(answered_at=now, answered_by_id=staff.login_id)
    )
