"""Jobs of the calendar: holds that are over, visits that were missed."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.mark_missed import mark_missed
from portal.services.tend_holds import tend_holds


@job("tend_holds", cron="*/5 * * * *")
def tend(context: JobContext) -> None:
    """Clear away the holds that nobody confirmed."""
    tend_holds(now=context.now)


@job("mark_missed", cron="*/5 * * * *")
def mark(context: JobContext) -> None:
    """Mark who has not arrived in time."""
    mark_missed(now=context.now, public_url=context.gateways.public_url)
