"""Jobs of texts and e-mails."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.record_delivery import answer_failure, record_delivery
from portal.services.send_message import send_message
from portal.services.sweep_messages import sweep_messages
from portal.services.word_message import Links


@job("send_message")
def send(context: JobContext, *, message_id: int) -> None:
    """Hand one queued message to its provider."""
    doors = context.gateways
    links = Links(hash_keys=doors.hash_keys, public_url=doors.public_url)
    send_message(
        message_id=message_id, sms=doors.sms, email=doors.email, now=context.now, links=links
    )


@job("sweep_messages", cron="*/15 * * * *")
def sweep(context: JobContext) -> None:
    """Send what an outage left behind."""
    sweep_messages(now=context.now)


@job("record_delivery")
def delivered(context: JobContext, *, event_id: int) -> None:
    """Note what the provider told about a text."""
    record_delivery(event_id=event_id, public_url=context.gateways.public_url, now=context.now)


@job("answer_failure")
def refused(context: JobContext, *, message_id: int) -> None:
    """Answer a text that the provider would not take."""
    answer_failure(message_id=message_id, public_url=context.gateways.public_url, now=context.now)
