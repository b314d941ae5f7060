"""Staff answer a patient: the words stay on our pages, a bare notice leaves (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services.attach_file import Attached, attach
from portal.services.keep_answer import close_waiting, keep_answer, may_answer
from portal.services.notify_patient import notify_patient
from portal.services.refusal import NotFound


def answer_thread(
    *,
    account_id: int,
    text: str,
    form_id: UUID,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
    attached: Attached | None = None,
) -> str:
    """Keep the answer with its paper, close what waited, and queue one notice; the same form twice is one answer.

    Returns how the patient hears of it: sms, email, none (nobody can sign in), or again for a repeat.
    Raises CardNumberRefused (PCI-5), NotFound, NotAllowed.
    """
    text = check_free_text(text)
    may_answer(staff)
    with transaction() as session:
        # The account's row makes two members of staff answer one after the other.
        found = session.scalar(
            select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
        )
        if found is None:
            raise NotFound
        thread = {"guarantor_account_id": account_id}
        message_id = keep_answer(
            session, thread=thread, text=text, form_id=form_id, staff=staff, now=now
        )
        if message_id is None:
            return "again"
        if attached is not None:
            attach(session, attached, message_id=message_id, login_id=staff.login_id, now=now)
        of_account = ThreadMessage.guarantor_account_id == account_id
        close_waiting(session, of_account, staff=staff, now=now)
        return notify_patient(
            session,
            account_id=account_id,
            about=f"message:{message_id}",
            public_url=public_url,
            now=now,
        )
