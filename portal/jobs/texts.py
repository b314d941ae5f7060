"""Jobs of texts that people send us."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.handle_text import handle_text


@job("handle_text")
def handle(context: JobContext, *, message_id: int, answered: bool) -> None:
    """Act on one text: stop, start, help, or pass it on to a person."""
    handle_text(
        message_id=message_id,
        answered=answered,
        now=context.now,
    )
