"""Tell a patient that a message waits behind the sign-in: by text where agreed, else by e-mail; never its words (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from billing.text_hours import next_open
from billing.text_templates import NEW_MESSAGE
from portal.models.accounts import GuarantorAccount
from portal.models.practice import Practice
from portal.queries.account_readers import reader_emails
from portal.queries.reach import text_number
from portal.queries.recipient_zones import recipient_zones
from portal.queries.text_consents import TextCategory, standing_consent
from portal.services.mail_news import mail_news
from portal.services.send_message import queue_row


def notify_patient(
    session: Session, *, account_id: int, about: str, public_url: str, now: datetime
) -> str:
    """Queue one bare notice in the caller's transaction; returns sms, email or none.

    `about` makes it leave once. An e-mail goes to whoever can sign in; without a sign-in nothing can be read there.
    The text is judged when it leaves like every other (consent, gate, hours, caps); what may not leave then goes
    by e-mail instead.
    """
    if not reader_emails(session, account_id=account_id):
        return "none"
    account = session.get_one(GuarantorAccount, account_id)
    phone = text_number(session, account)
    if phone and _may_text(session, account, phone, now):
        queue_row(
            session,
            channel="sms",
            recipient=phone,
            category=TextCategory.BILLING.value,
            template=NEW_MESSAGE,
            body="",  # worded when it leaves
            created_at=now,
            guarantor_account_id=account_id,
            dedupe_key=f"{about}:sms",
        )
        return "sms"
    mail_news(session, account_id=account_id, about=about, public_url=public_url, now=now)
    return "email"


def _may_text(session: Session, account: GuarantorAccount, phone: str, now: datetime) -> bool:
    """Whether a text has a chance now: an answer that waits for the morning is better told by e-mail."""
    consent = standing_consent(
        session,
        phone=phone,
        category=TextCategory.BILLING,
        guarantor_account_id=account.id,
    )
    zones = recipient_zones(
        phone=phone,
        postal_code=account.postal_code,
        practice_zone=session.get_one(Practice, 1).time_zone,
    )
    return consent is not None and next_open(now, zones) == now
