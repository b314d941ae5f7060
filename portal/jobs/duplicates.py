"""Looks every night for records that may be one person."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.find_duplicates import find_duplicates


@job("find_duplicates", cron="41 2 * * *")
def find(context: JobContext) -> None:
    """The pairs are scored anew, with what the files of the day say."""
    find_duplicates(now=context.now)
