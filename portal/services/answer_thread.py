"""Staff answer a patient: the words stay on our pages, a bare notice leaves (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services.notify_patient import notify_patient
from portal.services.refusal import NotFound, Refusal


class NotAllowed(Refusal):
    """The role reads messages, and does not write them."""

    status = 403
    title = "Your role cannot answer messages"


def answer_thread(
    *,
    account_id: int,
    text: str,
    form_id: UUID,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> str:
    """Keep the answer, close what waited, and queue one notice; the same form twice is one answer.

    Returns how the patient hears of it: sms, email, none (nobody can sign in), or again for a repeat.
    Raises CardNumberRefused (PCI-5), NotFound, NotAllowed.
    """
    text = check_free_text(text)
    if not staff.may("messages.answer"):
        raise NotAllowed("Nothing was sent.")
    with transaction() as session:
        # The account's row makes two members of staff answer one after the other.
        found = session.scalar(
            select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
        )
        if found is None:
            raise NotFound
        message_id = session.scalar(
            insert(ThreadMessage)
            .values(
                guarantor_account_id=account_id,
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
            return "again"
        session.execute(
            update(ThreadMessage)
            .where(
                ThreadMessage.guarantor_account_id == account_id,
                ThreadMessage.author == "patient",
                ThreadMessage.answered_at.is_(None),
            )
            .values(answered_at=now, answered_by_id=staff.login_id)
        )
        return notify_patient(
            session,
            account_id=account_id,
            about=f"message:{message_id}",
            public_url=public_url,
            now=now,
        )
