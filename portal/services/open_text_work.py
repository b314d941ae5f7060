"""Work that a text makes for a person: an emergency, or a number that is not the patient's (MSG-19)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.models.practice import Practice
from portal.services.open_work import open_work

WORDS = {
    "emergency_text": (
        "A message that sounds like an emergency.",
        "Read it under Messages now, and call the person. The sender was told to call 911.",
    ),
    "wrong_number": (
        "Somebody answered our text: this is not the patient's number.",
        "The number was taken off the account. Ask the patient for the right one.",
    ),
}


def open_text_work(
    session: Session, kind: str, message_id: int, account_ids: tuple[int, ...], *, now: datetime
) -> None:
    """One item for each account of the sender, or one without an account; due today. The same message opens it once.

    The words of the message stay in its thread: the queue is read by more roles.
    """
    practice = session.get(Practice, 1)
    zone = ZoneInfo(practice.time_zone) if practice else ZoneInfo("UTC")
    reason, next_step = WORDS[kind]
    for account_id in account_ids or (None,):
        open_work(
            session,
            key=f"{kind}:{message_id}:{account_id or 0}",
            kind=kind,
            reasons=[reason],
            next_step=next_step,
            account_id=account_id,
            due_on=now.astimezone(zone).date(),
            now=now,
        )
