"""Send the e-mail of a receipt again: to who paid, at an address of theirs; never what was paid for (MSG-18)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.payments import Payment
from portal.queries.payments import visible_payments
from portal.queries.reach import mailbox
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services import letters
from portal.services.queue_letter import queue_letter
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal

A_DAY = 3  # of one receipt


class ReceiptNotSent(Refusal):
    """No e-mail goes out; the words say why."""

    title = "We did not send it"


def resend_receipt(
    *, viewer: PatientViewer | StaffViewer, number: str, public_url: str, now: datetime
) -> int:
    """Queue it once more; the account that it is of. Raises NotFound or ReceiptNotSent."""
    with transaction() as session:
        payment = session.scalars(
            select(Payment).where(Payment.receipt_number == number, visible_payments(viewer))
        ).one_or_none()
        if payment is None:
            raise NotFound
        account_id = payment.guarantor_account_id
        lock_account(session, account_id)
        to = _address(session, viewer, payment)
        if not to:
            raise ReceiptNotSent("There is no e-mail address that we may write to.")
        about = f"receipt:{payment.id}:again:"
        sent = session.scalars(
            select(func.count()).where(
                OutboundMessage.dedupe_key.startswith(about),
                OutboundMessage.created_at > now - timedelta(days=1),
            )
        ).one()
        if sent >= A_DAY:
            raise ReceiptNotSent("It was sent three times within a day. Look into the spam folder.")
        head = letters.letterhead(session, public_url=public_url)
        queue_letter(
            session,
            to=to,
            letter=letters.receipt(head, number=number),
            now=now,
            guarantor_account_id=account_id,
            dedupe_key=f"{about}{uuid4()}",
        )
        access = Access(
            face="staff" if isinstance(viewer, StaffViewer) else "patient",
            login_id=viewer.login_id,
            role=viewer.role if isinstance(viewer, StaffViewer) else "",
            action="send",
            object_type="receipts",
            object_id=number,
            account_ids=(account_id,),
            acting_for=None if isinstance(viewer, StaffViewer) else viewer.grant_id,
        )
        add_access(session, access, now=now)
        return account_id


def _address(session: Session, viewer: PatientViewer | StaffViewer, payment: Payment) -> str:
    """A patient's own sign-in; staff send it to who paid, else to the account's address on file."""
    login_id = payment.login_id if isinstance(viewer, StaffViewer) else viewer.login_id
    email = session.scalar(select(Login.email).where(Login.id == login_id)) if login_id else ""
    if not email:
        email = session.get_one(GuarantorAccount, payment.guarantor_account_id).email
    return mailbox(session, email, account_id=payment.guarantor_account_id) if email else ""
