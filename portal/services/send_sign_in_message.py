"""Queue the messages of sign-in itself: codes, links and notices of what changed. They never carry PHI (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from portal.db import transaction
from portal.services.letters import Letter, letterhead, signed
from portal.services.queue_letter import queue_letter
from portal.services.send_message import queue_text


def send_sign_in_letter(*, to: str, letter: Letter, now: datetime) -> None:
    """An e-mail that leaves as soon as the worker sees it, signed by the practice."""
    with transaction() as session:
        head = letterhead(session, public_url="")  # the foot of these names no page
        queue_letter(session, to=to, letter=signed(letter, head), now=now)


def send_sign_in_text(*, to: str, template: str, body: str, now: datetime) -> None:
    """A text to a phone whose owner has just asked for it."""
    with transaction() as session:
        queue_text(session, to=to, template=template, body=body, now=now)
