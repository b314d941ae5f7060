"""Messages about refunds: a receipt number and a link, never an amount or a service (MSG-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.services import letters
from portal.services.tell_of_payment import mail_payer, tell_of_payment


def notice_sent(
    session: Session, refund: Refund, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """Once for each refund: money is on its way back."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.refund(head, number=payment.receipt_number or "")
    tell_of_payment(session, payment, letter, about=f"refund:{refund.id}", now=now)


def notice_failed(
    session: Session, refund: Refund, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """Once for each refund: it came back, and the patient should tell us how to send it."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.refund_failed(head, number=payment.receipt_number or "")
    mail_payer(session, payment, letter, now=now, dedupe_key=f"refund_failed:{refund.id}")


def notice_returned(session: Session, payment: Payment, *, public_url: str, now: datetime) -> None:
    """Once for each payment: a bank debit came back, so its bills are due again."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.payment_returned(head, number=payment.receipt_number or "")
    mail_payer(session, payment, letter, now=now, dedupe_key=f"payment_returned:{payment.id}")
