"""What became of a text: callbacks are verified, stored once, and only ever move a message forward (MSG-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.messages import OutboundMessage
from portal.models.payments import InboundEvent
from portal.ports import RetryLater, SmsSender
from portal.queue import TOLD, enqueue
from portal.services.answer_text_failure import answer_text_failure
from portal.services.lock_message import lock_message
from portal.services.note_status import note_status

PROVIDER = "twilio"
RANKS = {"queued": 0, "sending": 1, "sent": 2, "delivered": 3, "undelivered": 3, "failed": 3}

FAILED = ("undelivered", "failed")
ENDS = ("delivered", *FAILED)


def receive_delivery(
    *, sms: SmsSender, form: Mapping[str, str], signature: str, now: datetime
) -> bool:
    """Store a genuine callback for the worker; false when the same one was there already.

    Raises ForgedMessage. Only the status is kept: the phone number is in our own row.
    """
    delivery = sms.verify_callback(form=form, signature=signature)
    with transaction() as session:
        event = (
            insert(InboundEvent)
            .values(
                provider=PROVIDER,
                event_id=f"{delivery.provider_id}:{delivery.status}",
                type=delivery.status,
                object_id=delivery.provider_id,
                payload={"error": delivery.error},
                received_at=now,
            )
            .on_conflict_do_nothing()
            .returning(InboundEvent.id)
        )
        event_id = session.scalar(event)
        if event_id is not None:
            enqueue(session, "record_delivery", queue=TOLD, event_id=event_id)
    return event_id is not None


def record_delivery(*, event_id: int, public_url: str, now: datetime) -> str:
    """Move the message to the status told, unless it is further already; returns what was done."""
    with transaction() as session:
        event = session.scalars(
            select(InboundEvent).where(InboundEvent.id == event_id).with_for_update()
        ).one()
        if event.done_at is None:
            event.outcome = _apply(session, event, public_url=public_url, now=now)
            event.done_at = now
        return event.outcome


def answer_failure(*, message_id: int, public_url: str, now: datetime) -> str:
    """Answer a text that the provider refused at once; the state it is in."""
    with transaction() as session:
        message = lock_message(session, message_id)
        if message is None:
            raise AssertionError("a message is never deleted")
        if message.channel == "sms" and message.state == "refused":
            answer_text_failure(
                session, message, code=message.error, public_url=public_url, now=now
            )
        return message.state


def _apply(session: Session, event: InboundEvent, *, public_url: str, now: datetime) -> str:
    message_id = session.scalar(
        select(OutboundMessage.id).where(OutboundMessage.provider_id == event.object_id)
    )
    message = lock_message(session, message_id) if message_id is not None else None
    if message is None:
        # The callback overtook our own note of the provider's id.
        raise RetryLater("no message of that id yet")
    error = str(event.payload.get("error", ""))
    note_status(session, message.id, event.type, now=event.received_at, error=error)
    if RANKS.get(event.type, -1) <= RANKS.get(message.state, 0):
        return "late"
    message.state = event.type
    message.error = error
    if message.state in ENDS:
        message.ended_at = now
    if message.state in FAILED:
        answer_text_failure(session, message, code=message.error, public_url=public_url, now=now)
    return "moved"
