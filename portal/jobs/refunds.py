"""Jobs of refunds: those whose outcome must be looked up, and those made in the provider's own pages."""

from __future__ import annotations

from uuid import UUID

from portal.queue import JobContext, job
from portal.services.settle_refund import list_refunds, settle_refund


@job("settle_refund")
def settle(context: JobContext, *, refund_id: str) -> None:
    """Ask the provider what became of one refund."""
    doors = context.gateways
    settle_refund(
        refund_id=UUID(refund_id),
        gateway=doors.payments,
        public_url=doors.public_url,
        now=context.now,
    )


@job("list_refunds")
def list_all(context: JobContext, *, payment_id: str) -> None:
    """Record what the provider knows of one payment's refunds."""
    doors = context.gateways
    list_refunds(
        payment_id=UUID(payment_id),
        gateway=doors.payments,
        public_url=doors.public_url,
        now=context.now,
    )
