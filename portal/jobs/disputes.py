"""Jobs of disputes: answers to banks whose outcome must be looked up."""

from __future__ import annotations

from uuid import UUID

from portal.queue import JobContext, job
from portal.services.settle_evidence import settle_evidence


@job("settle_evidence")
def settle(context: JobContext, *, evidence_id: str) -> None:
    """Ask the card company what became of one answer."""
    doors = context.gateways
    settle_evidence(
        evidence_id=UUID(evidence_id),
        desk=doors.disputes,
        store=doors.documents,
        now=context.now,
    )
