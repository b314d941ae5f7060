"""Looks every five minutes where payers leave their files."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.take_in_files import take_in_files


@job("take_in_files", cron="*/5 * * * *")
def take_in(context: JobContext) -> None:
    """Take in what lies whole in each place; a place that does not answer is asked again."""
    for drop in context.gateways.remittance_drops:
        take_in_files(drop=drop, store=context.gateways.documents, now=context.now)
