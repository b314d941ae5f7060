"""The webhook's inbox: a genuine event is stored once and handled later, by a job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.payments import InboundEvent
from portal.ports import Notice, PaymentGateway
from portal.queue import enqueue

PROVIDER = "stripe"


def receive_event(*, gateway: PaymentGateway, body: bytes, signature: str, now: datetime) -> bool:
    """Verify, store, enqueue; false when the event was there already. Raises ForgedMessage.

    What the event says of amounts or states is not kept: the object itself is fetched later.
    """
    notice = gateway.verify_event(body=body, signature=signature)
    with transaction() as session:
        return store_notice(session, notice, now=now)


def store_notice(session: Session, notice: Notice, *, now: datetime) -> bool:
    """Keep one genuine event and enqueue its handling; false when it was there already."""
    event_id = session.scalar(
        insert(InboundEvent)
        .values(
            provider=PROVIDER,
            event_id=notice.event_id,
            type=notice.type,
            object_id=notice.object_id,
            payload={"intent_id": notice.intent_id},
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(InboundEvent.id)
    )
    if event_id is not None:
        enqueue(session, "handle_event", event_id=event_id)
    return event_id is not None
