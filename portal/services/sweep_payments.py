"""Finish what stood in a middle state too long: payments nobody heard of again, events left unhandled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from portal.db import transaction
from portal.models.payments import LIVE_STATES, InboundEvent, Payment
from portal.queries.staff_unknown import overdue
from portal.queue import enqueue
from portal.services.receive_event import PROVIDER

QUIET = timedelta(minutes=10)
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """What was taken up; `overdue` payments have been unknown for over an hour."""

    payments: int
    events: int
    overdue: int


def sweep_payments(*, now: datetime) -> Swept:
    """Enqueue a look at every payment and event that has been quiet for too long."""
    with transaction() as session:
        quiet = or_(Payment.lease_until < now, Payment.state_at < now - QUIET)
        live = Payment.state.in_(LIVE_STATES)
        payments = session.scalars(
            select(Payment.id).where(live, quiet).order_by(Payment.state_at).limit(AT_ONCE)
        ).all()
        events = session.scalars(
            select(InboundEvent.id)
            .where(
                InboundEvent.provider == PROVIDER,
                InboundEvent.done_at.is_(None),
                InboundEvent.received_at < now - QUIET,
            )
            .order_by(InboundEvent.id)
            .limit(AT_ONCE)
        ).all()
        late = session.scalar(select(func.count(Payment.id)).where(overdue(now)))
        for payment_id in payments:
            enqueue(session, "settle_payment", payment_id=str(payment_id))
        for event_id in events:
            enqueue(session, "handle_event", event_id=event_id)
    return Swept(len(payments), len(events), late or 0)
