"""Jobs of disputes: answers to banks whose outcome must be looked up, and photographed EOBs."""

from __future__ import annotations

import logging
from uuid import UUID

from portal.queue import JobContext, job
from portal.services.eob_photo import drop_eob_photos, read_eob_photo
from portal.services.settle_evidence import settle_evidence

LOG = logging.getLogger("kindbill")


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


@job("read_eob")
def read_eob(context: JobContext, *, photo_id: int) -> None:
    """Read one photographed EOB."""
    doors = context.gateways
    read_eob_photo(
        photo_id=photo_id, reader=doors.card_reader, store=doors.documents, now=context.now
    )


@job("drop_eob_photos", cron="31 9 * * *")
def drop(context: JobContext) -> None:
    """Delete those that led to nothing."""
    if dropped := drop_eob_photos(store=context.gateways.documents, now=context.now):
        LOG.info("eob_photos_dropped", extra={"pictures": dropped})
