"""Jobs of remittances: post a file that lies in the document store; read and post what staff uploaded."""

from __future__ import annotations

from uuid import UUID

from portal.queue import JobContext, job
from portal.services.finish_upload import finish_upload
from portal.services.post_remittance import post_remittance
from portal.services.read_upload import read_upload


@job("post_remittance")
def post(context: JobContext, *, stored_as: str, name: str) -> None:
    """Post one 835; sent again, it is a duplicate and harmless."""
    store = context.gateways.documents
    post_remittance(data=store.get(stored_as), name=name, now=context.now, store=store)


@job("read_upload")
def read(context: JobContext, *, upload_id: str) -> None:
    """Say what posting a large upload would do."""
    read_upload(upload_id=UUID(upload_id), store=context.gateways.documents, now=context.now)


@job("finish_upload")
def finish(context: JobContext, *, upload_id: str, login_id: int, role: str) -> None:
    """Post a large upload for the member of staff who pressed the button."""
    store = context.gateways.documents
    finish_upload(
        upload_id=UUID(upload_id), login_id=login_id, role=role, store=store, now=context.now
    )
