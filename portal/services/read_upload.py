"""Preview a large upload, outside the request that brought it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.services.preview_upload import preview_of


def read_upload(*, upload_id: UUID, store: DocumentStore, now: datetime) -> None:
    """Dry-run the kept bytes and write down what posting them would do; a second time is harmless."""
    with transaction() as session:
        upload = session.get_one(Upload, upload_id)
        name, stored_as, known = upload.name, upload.stored_as, bool(upload.preview)
    if known:
        return
    data = store.get(stored_as)
    preview = preview_of(data, name=name, now=now)
    with transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(preview=preview))
