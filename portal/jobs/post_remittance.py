"""Job of remittances: post a file that lies in the document store."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.post_remittance import post_remittance


@job("post_remittance")
def post(context: JobContext, *, stored_as: str, name: str) -> None:
    """Post one 835; sent again, it is a duplicate and harmless."""
    store = context.gateways.documents
    post_remittance(data=store.get(stored_as), name=name, now=context.now, store=store)
