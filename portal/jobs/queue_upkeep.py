"""Keeps the queue healthy: jobs of a killed worker run again, old finished ones are deleted."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.queue_upkeep import delete_finished_jobs, retry_stalled_jobs


@job("retry_stalled_jobs", cron="* * * * *")
def retry_stalled(context: JobContext) -> None:
    """Jobs whose worker died stay "doing" until somebody takes them up."""
    retry_stalled_jobs(now=context.now)


@job("delete_finished_jobs", cron="17 3 * * *")
def delete_finished(context: JobContext) -> None:
    """A month is enough to look back at what ran."""
    delete_finished_jobs(now=context.now)
