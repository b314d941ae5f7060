"""The automatic answers to a text: one segment, and not a word about care, bills or persons (MSG-9, MSG-10)."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from portal.models.practice import Practice
from portal.services.send_message import queue_text

VERSION = "2026-11"
LONGEST = 160  # septets of GSM-7 in one segment
ANSWERS = {
    "opt_out": "{org}: You are opted out and will get no more texts. Reply START to rejoin. Questions? {phone}",
    "opt_out_emergency": "{org}: For an emergency call 911 now. You are opted out and get no more texts."
    " Reply START to rejoin. Questions? {phone}",
    "opt_in": "{org}: Texts are on again, as before you stopped. Msg&data rates may apply."
    " Reply HELP for help, STOP to end. Questions? {phone}",
    "help": "{org}: Visit and billing texts. Msg&data rates may apply. Help: {phone}. Reply STOP to opt out.",
    "text_received": "{org}: We got your text. A person reads these on weekdays."
    " For an emergency call 911. Reply STOP to opt out.",
    "emergency": "{org}: If this is an emergency, call 911 now. For thoughts of suicide call or text 988."
    " We do not watch texts at all hours.",
}
NO_PHONE = "our office"


def answer_body(template: str, *, org: str, phone: str) -> str:
    """The words of one answer; a long name of the practice is cut, never the answer."""
    words = ANSWERS[template]
    phone = _plain(phone) or NO_PHONE
    room = LONGEST - len(words.format(org="", phone=phone))
    return words.format(org=_plain(org)[:room].strip() or "Office", phone=phone)


def queue_answer(session: Session, *, to: str, template: str, now: datetime) -> None:
    """Write the answer to the phone that has just texted us, in the caller's transaction.

    It bears no account: the sweep must not send it hours later, when it answers nothing any more (MSG-4).
    """
    practice = session.get(Practice, 1)
    body = answer_body(
        template, org=practice.name if practice else "", phone=practice.phone if practice else ""
    )
    queue_text(session, to=to, template=template, body=body, now=now)


def _plain(text: str) -> str:
    """Only characters that every text takes as one septet."""
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(char for char in decomposed if char not in "[]{}\\^~|`").strip()
