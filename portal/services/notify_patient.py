"""Tell a patient that a message waits behind the sign-in: by text where agreed, else by e-mail; never its words (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.models.practice import Practice
from portal.queries.text_consents import TextCategory, standing_consent
from portal.services import letters
from portal.services.queue_letter import queue_letter
from portal.services.send_message import queue_text
from portal.services.text_answers import notice_body

TEMPLATE = "new_message"
OPENS, CLOSES = 9, 20  # hours of the practice's day in which a text may leave (MSG-8)


def notify_patient(
    session: Session, *, account_id: int, about: str, public_url: str, now: datetime
) -> str:
    """Queue one bare notice in the caller's transaction; returns sms, email or none.

    `about` makes it leave once. An e-mail goes to whoever can sign in; without a sign-in nothing can be read there.
    """
    to = _emails(session, account_id)
    if not to:
        return "none"
    account = session.get_one(GuarantorAccount, account_id)
    consent = account.mobile and standing_consent(
        session,
        phone=account.mobile,
        category=TextCategory.BILLING,
        guarantor_account_id=account_id,
    )
    if consent and _open_hours(session, now):
        queue_text(
            session,
            to=account.mobile,
            template=TEMPLATE,
            body=notice_body(session, url=f"{public_url}/messages"),
            now=now,
            guarantor_account_id=account_id,
            dedupe_key=f"{about}:sms",
        )
        return "sms"
    letter = letters.new_message(letters.letterhead(session, public_url=public_url))
    for address in to:
        queue_letter(
            session,
            letter=letter,
            to=address,
            now=now,
            guarantor_account_id=account_id,
            dedupe_key=f"{about}:{address}",
        )
    return "email"


def cancel_notices(session: Session, *, phone: str, now: datetime) -> None:
    """Give up notices that wait for a number that has said STOP."""
    session.execute(
        update(OutboundMessage)
        .where(
            OutboundMessage.channel == "sms",
            OutboundMessage.recipient == phone,
            OutboundMessage.template == TEMPLATE,
            OutboundMessage.state == "queued",
        )
        .values(state="canceled", gate="MSG-3", ended_at=now)
    )


def _emails(session: Session, account_id: int) -> list[str]:
    """The addresses of everybody who may open the account."""
    return list(
        session.scalars(
            select(Login.email)
            .join(AccountAccess, AccountAccess.login_id == Login.id)
            .where(
                AccountAccess.guarantor_account_id == account_id,
                AccountAccess.ended_at.is_(None),
                Login.active,
            )
            .order_by(Login.id)
        )
    )


def _open_hours(session: Session, now: datetime) -> bool:
    zone = session.scalar(select(Practice.time_zone)) or "UTC"
    return OPENS <= now.astimezone(ZoneInfo(zone)).hour < CLOSES
