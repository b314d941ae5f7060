"""Jobs of texts that people send us."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.handle_text import handle_text
from portal.services.word_message import Links


@job("handle_text")
def handle(context: JobContext, *, message_id: int, answered: bool) -> None:
    """Act on one text: stop, start, help, or pass it on to a person."""
    doors = context.gateways
    handle_text(
        message_id=message_id,
        answered=answered,
        now=context.now,
        links=Links(hash_keys=doors.hash_keys, public_url=doors.public_url),
    )
