"""E-mails about refunds: a receipt number and a link, never an amount or a service (MSG-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.services import letters
from portal.services.queue_letter import queue_letter


def notice_sent(
    session: Session, refund: Refund, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """Once for each refund: money is on its way back."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.refund(head, number=payment.receipt_number or "")
    _queue(session, payment, letter, now=now, dedupe_key=f"refund:{refund.id}")


def notice_failed(
    session: Session, refund: Refund, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """Once for each refund: it came back, and the patient should tell us how to send it."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.refund_failed(head, number=payment.receipt_number or "")
    _queue(session, payment, letter, now=now, dedupe_key=f"refund_failed:{refund.id}")


def notice_returned(session: Session, payment: Payment, *, public_url: str, now: datetime) -> None:
    """Once for each payment: a bank debit came back, so its bills are due again."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.payment_returned(head, number=payment.receipt_number or "")
    _queue(session, payment, letter, now=now, dedupe_key=f"payment_returned:{payment.id}")


def _queue(
    session: Session, payment: Payment, letter: letters.Letter, *, now: datetime, dedupe_key: str
) -> None:
    """To whoever paid."""
    address = session.scalar(select(Login.email).where(Login.id == payment.login_id))
    if address is not None:
        queue_letter(
            session,
            to=address,
            letter=letter,
            now=now,
            guarantor_account_id=payment.guarantor_account_id,
            dedupe_key=dedupe_key,
        )
