"""The automatic answers to a text: one segment, and not a word about care, bills or persons (MSG-9, MSG-10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.text_templates import ANSWERS, GSM_7, ORG_LONGEST, PHONE_LONGEST, render
from portal.models.messages import OutboundMessage
from portal.models.practice import Practice
from portal.services.send_message import queue_text
from portal.services.word_message import short_phone, text_name

A_DAY = timedelta(days=1)
MOST_A_DAY = 10
NO_NAME, NO_PHONE = "Office", "our office"


def queue_answer(
    session: Session, *, to: str, template: str, language: str, now: datetime, url: str = ""
) -> None:
    """Write the answer to the phone that has just texted us, in the caller's transaction.

    Nobody judges it when it leaves: it answers. It bears no account: the sweep must not send it hours later,
    when it answers nothing any more (MSG-4).
    """
    practice = session.get(Practice, 1)
    body, version = answer_body(
        template,
        org=text_name(practice) if practice else "",
        phone=short_phone(practice.phone) if practice else "",
        language=language,
        url=url,
    )
    queue_text(session, to=to, template=template, body=body, version=version, now=now)


def may_answer_still(session: Session, phone: str, *, now: datetime) -> bool:
    """Whether the number got few answers within a day: two machines that answer each other must come to an end."""
    sent = session.scalar(
        select(func.count(OutboundMessage.id)).where(
            OutboundMessage.recipient == phone,
            OutboundMessage.template.in_(ANSWERS),
            OutboundMessage.created_at > now - A_DAY,
        )
    )
    return (sent or 0) < MOST_A_DAY


def answer_body(
    template: str, *, org: str, phone: str, language: str, url: str = ""
) -> tuple[str, str]:
    """The words of one answer and their version; whatever the practice is called, it fits.

    A STOP must never fail for a letter in a name.
    """
    return render(
        template,
        language=language,
        org=_fits(org, ORG_LONGEST) or NO_NAME,
        phone=_fits(phone, PHONE_LONGEST) or NO_PHONE,
        url=url,
    )


def _fits(words: str, longest: int) -> str:
    return "".join(letter for letter in words if letter in GSM_7)[:longest].strip()
