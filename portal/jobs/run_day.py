"""The daily cycle, every morning by the worker."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.run_day import practice_zone, run_day


@job("run_day", cron="0 15 * * *")
def run_today(context: JobContext) -> None:
    """Run the practice's day that it is now."""
    on = context.now.astimezone(practice_zone()).date()
    run_day(on=on, now=context.now, office=context.gateways)
