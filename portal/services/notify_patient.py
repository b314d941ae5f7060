"""Tell a patient that a message waits behind the sign-in: by text where agreed, else by e-mail; never its words (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from billing.text_hours import next_open
from billing.text_templates import NEW_MESSAGE
from portal.models.accounts import GuarantorAccount
from portal.models.practice import Practice
from portal.queries.account_readers import reader_emails
from portal.queries.notice_channel import CONSENT, About, Channel, told_by
from portal.queries.reach import text_number
from portal.queries.recipient_zones import recipient_zones
from portal.services.mail_news import mail_news
from portal.services.send_message import queue_row


def notify_patient(
    session: Session,
    *,
    account_id: int,
    about: str,
    public_url: str,
    now: datetime,
    choice: About = About.BILLS,
) -> str:
    """Queue one bare notice in the caller's transaction; returns sms, email or none.

    `about` makes it leave once. An e-mail goes to whoever can sign in; without a sign-in nothing can be read there.
    The text is judged when it leaves like every other (consent, gate, hours, caps); what may not leave then goes
    by e-mail instead. Whoever wants paper alone is told by e-mail too: no letter says that an answer waits.
    """
    if not reader_emails(session, account_id=account_id):
        return "none"
    account = session.get_one(GuarantorAccount, account_id)
    if text_news(session, account, template=NEW_MESSAGE, about=about, choice=choice, now=now):
        return "sms"
    mail_news(
        session,
        template=NEW_MESSAGE,
        account_id=account_id,
        about=about,
        public_url=public_url,
        now=now,
    )
    return "email"


def text_news(
    session: Session,
    account: GuarantorAccount,
    *,
    template: str,
    about: str,
    choice: About,
    now: datetime,
) -> bool:
    """Queue a text that something waits, where they chose texts and one has a chance now; whether it did."""
    phone = text_number(session, account)
    if told_by(session, account, about=choice, number=phone) is not Channel.TEXT:
        return False
    if not _may_text(session, account, phone, now):
        return False
    queue_row(
        session,
        channel="sms",
        recipient=phone,
        category=CONSENT[choice].value,
        template=template,
        body="",  # worded when it leaves
        created_at=now,
        guarantor_account_id=account.id,
        dedupe_key=f"{about}:sms",
    )
    return True


def _may_text(session: Session, account: GuarantorAccount, phone: str, now: datetime) -> bool:
    """Whether the hours are open: news that waits for the morning is better told by e-mail."""
    zones = recipient_zones(
        phone=phone,
        postal_code=account.postal_code,
        practice_zone=session.get_one(Practice, 1).time_zone,
    )
    return next_open(now, zones) == now
