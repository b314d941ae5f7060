"""Jobs of the bank and of what goes there: lines and papers together as they come (OPS-10), batches by their hour (OPS-12)."""

from __future__ import annotations

import logging

from portal.queue import JobContext, job
from portal.services.reassociate import reassociate
from portal.services.run_day import practice_zone
from portal.services.tend_batches import tend_batches

LOG = logging.getLogger(__name__)


@job("reassociate", cron="*/15 * * * *")
def reassociate_now(context: JobContext) -> None:
    """Match what became certain since the last time."""
    on = context.now.astimezone(practice_zone()).date()
    done = reassociate(on=on, now=context.now)
    if done.matched:
        LOG.info("bank_lines_matched", extra={"matched": done.matched})


@job("tend_batches", cron="5,20,35,50 * * * *")
def tend_open_batches(context: JobContext) -> None:
    """Ask for batches that are open after their hour."""
    tend_batches(now=context.now)
