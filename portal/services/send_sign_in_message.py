"""Queue the messages of sign-in itself: codes, links and notices of what changed. They never carry PHI (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from portal.db import transaction
from portal.services.send_message import queue_email, queue_text


def send_sign_in_email(*, to: str, template: str, subject: str, body: str, now: datetime) -> None:
    """An e-mail that leaves as soon as the worker sees it."""
    with transaction() as session:
        queue_email(session, to=to, template=template, subject=subject, body=body, now=now)


def send_sign_in_text(*, to: str, template: str, body: str, now: datetime) -> None:
    """A text to a phone whose owner has just asked for it."""
    with transaction() as session:
        queue_text(session, to=to, template=template, body=body, now=now)
