"""Jobs of payments: events from the provider, and payments whose outcome must be looked up."""

from __future__ import annotations

import logging
from uuid import UUID

from portal.queue import JobContext, job
from portal.services.handle_event import handle_event
from portal.services.list_missed_events import list_missed_events
from portal.services.note_declines import watch_declines
from portal.services.settle_payment import settle_payment
from portal.services.sweep_payments import sweep_payments
from portal.services.tend_prepayments import settle_prepayment
from portal.services.walk_objects import walk_objects

LOG = logging.getLogger(__name__)


@job("handle_event")
def handle(context: JobContext, *, event_id: int) -> None:
    """Act on one stored event."""
    doors = context.gateways
    handle_event(
        event_id=event_id, gateway=doors.payments, public_url=doors.public_url, now=context.now
    )


@job("settle_payment")
def settle(context: JobContext, *, payment_id: str) -> None:
    """Ask the provider what became of one payment."""
    doors = context.gateways
    settle_payment(
        payment_id=UUID(payment_id),
        gateway=doors.payments,
        public_url=doors.public_url,
        now=context.now,
    )


@job("settle_prepayment")
def settle_before_visit(context: JobContext, *, payment_id: str) -> None:
    """What was paid before a visit, where that was billed or canceled meanwhile."""
    settle_prepayment(payment_id=UUID(payment_id), now=context.now)


@job("sweep_payments", cron="*/5 * * * *")
def sweep(context: JobContext) -> None:
    """Take up what nobody has finished, and say loudly what is overdue."""
    swept = sweep_payments(now=context.now)
    if swept.overdue:
        LOG.error("payments_unknown_too_long", extra={"payments": swept.overdue})
    declined = watch_declines(now=context.now)
    if declined:
        LOG.error("card_testing_suspected", extra={"declines": declined})


@job("list_missed_events", cron="*/15 * * * *")
def list_missed(context: JobContext) -> None:
    """Take from the provider what its webhook could not bring."""
    taken = list_missed_events(gateway=context.gateways.payments, now=context.now)
    if taken:
        LOG.warning("payment_events_missed", extra={"events": taken})


@job("walk_objects", cron="41 6-11 * * *")
def walk(context: JobContext) -> None:
    """Nightly, by the provider's own books; a later hour goes on where an earlier one was stopped."""
    walked = walk_objects(gateway=context.gateways.payments, now=context.now)
    if walked.found:
        LOG.warning("payment_objects_found", extra={"objects": walked.found})
    if walked.orphans:
        LOG.error("payment_orphans_found", extra={"payments": walked.orphans})
