"""Job of the bank: bring lines and papers together as they come (OPS-10)."""

from __future__ import annotations

import logging

from portal.queue import JobContext, job
from portal.services.reassociate import reassociate
from portal.services.run_day import practice_zone

LOG = logging.getLogger(__name__)


@job("reassociate", cron="*/15 * * * *")
def reassociate_now(context: JobContext) -> None:
    """Match what became certain since the last time."""
    on = context.now.astimezone(practice_zone()).date()
    done = reassociate(on=on, now=context.now)
    if done.matched:
        LOG.info("bank_lines_matched", extra={"matched": done.matched})
