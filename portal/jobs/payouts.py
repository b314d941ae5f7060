"""Job of payouts: fetch what the card company paid to the bank."""

from __future__ import annotations

import logging

from portal.queue import JobContext, job
from portal.services.alarm_lines import alarm_lines
from portal.services.fetch_payouts import fetch_payouts

LOG = logging.getLogger(__name__)


@job("fetch_payouts", cron="23 * * * *")
def fetch(context: JobContext) -> None:
    """Store and post what arrived since the last hour."""
    fetched = fetch_payouts(books=context.gateways.payouts, now=context.now)
    if fetched.posted or fetched.came_back:
        LOG.info(
            "payouts_fetched", extra={"posted": fetched.posted, "came_back": fetched.came_back}
        )
    alarmed = alarm_lines(now=context.now)
    if alarmed.opened:
        LOG.error("payout_lines_unexplained", extra={"lines": alarmed.off})
