"""Post an upload that was taken, and write down what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from billing.posting_policy import Choice
from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.services.post_remittance import post_remittance
from portal.services.preview_upload import kept
from portal.services.record_access import Access, add_access


def finish_upload(
    *, upload_id: UUID, login_id: int, role: str, store: DocumentStore, now: datetime
) -> None:
    """Post the very bytes that were kept; done again, every set is a duplicate and the result stays."""
    with transaction() as session:
        upload = session.get_one(Upload, upload_id)
        name, stored_as, done = upload.name, upload.stored_as, upload.result is not None
        choice = Choice(upload.choice or Choice.ALL)
    if done:
        return
    report = post_remittance(
        data=store.get(stored_as), name=name, now=now, store=store, choice=choice
    )
    with transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(result=kept(report)))
        add_access(
            session,
            Access(
                face="staff",
                login_id=login_id,
                role=role,
                action="create",
                object_type="remittance_file",
                object_id=str(upload_id),
                reason=report.status,
            ),
            now=now,
        )
