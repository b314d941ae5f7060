"""Jobs of insurance cards: read one, and drop what is needed no more."""

from __future__ import annotations

import logging

from portal.queue import JobContext, job
from portal.services.read_submission_card import read_submission_card
from portal.services.tend_insurance import tend_insurance

LOG = logging.getLogger("kindbill")


@job("read_card")
def read(context: JobContext, *, reading_id: int) -> None:
    """Read both sides of one card."""
    doors = context.gateways
    read_submission_card(
        reading_id=reading_id, reader=doors.card_reader, store=doors.documents, now=context.now
    )


@job("tend_insurance", cron="29 9 * * *")
def tend(context: JobContext) -> None:
    """Drop old drafts and pictures."""
    tended = tend_insurance(store=context.gateways.documents, now=context.now)
    if tended.drafts or tended.pictures:
        LOG.info("insurance_tended", extra={"drafts": tended.drafts, "pictures": tended.pictures})
