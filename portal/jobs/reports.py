"""The job of the reports: their sums follow the ledger, so that whoever opens one waits for little."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.freshen_reports import freshen_reports


@job("freshen_reports", cron="*/10 * * * *")
def freshen(context: JobContext) -> None:
    """Add up what was posted since the last look."""
    freshen_reports(now=context.now)
