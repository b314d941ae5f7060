"""Post the file that a preview showed: the very bytes that were kept, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update

from billing.posting_policy import Choice
from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.queue import enqueue
from portal.services.finish_upload import finish_upload
from portal.services.preview_upload import AT_ONCE
from portal.services.refusal import NotFound

# A process that died while posting lets go after this; posting again is harmless.
LEASE = timedelta(minutes=5)


def post_upload(
    *,
    upload_id: UUID,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
    choice: Choice = Choice.ALL,
    by_job: bool = False,
) -> bool:
    """Post an upload of this member of staff; False when it is posted or being posted already.

    A file above AT_ONCE bytes, or one of many, is posted by a job; its page tells when it is done.

    Raises NotFound for an upload of somebody else.
    """
    with transaction() as session:
        mine = session.get(Upload, upload_id)
        if mine is None or mine.login_id != staff.login_id:
            raise NotFound
        taken = session.scalar(
            update(Upload)
            .where(
                Upload.id == upload_id,
                Upload.preview != {},  # nobody posts what nobody could look at
                Upload.stored_as != "",  # what is no 835 was not kept
                Upload.result.is_(None),
                or_(Upload.posted_at.is_(None), Upload.posted_at < now - LEASE),
            )
            .values(posted_at=now, choice=choice.value)
            .returning(Upload.id)
        )
        if taken is None:
            return False
        later = by_job or mine.size > AT_ONCE
        if later:
            enqueue(
                session,
                "finish_upload",
                upload_id=str(upload_id),
                login_id=staff.login_id,
                role=staff.role,
            )
    if not later:
        finish_upload(
            upload_id=upload_id, login_id=staff.login_id, role=staff.role, store=store, now=now
        )
    return True
