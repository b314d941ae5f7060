"""Post the file that a preview showed: the very bytes that were kept, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update

from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.post_remittance import post_remittance
from portal.services.preview_upload import kept
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound

# A process that died while posting lets go after this; posting again is harmless.
LEASE = timedelta(minutes=5)


def post_upload(
    *, upload_id: UUID, staff: StaffViewer, store: DocumentStore, now: datetime
) -> bool:
    """Post an upload of this member of staff; False when it is posted or being posted already.

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
                Upload.result.is_(None),
                or_(Upload.posted_at.is_(None), Upload.posted_at < now - LEASE),
            )
            .values(posted_at=now)
            .returning(Upload.id)
        )
        if taken is None:
            return False
        name, stored_as = mine.name, mine.stored_as
    report = post_remittance(data=store.get(stored_as), name=name, now=now, store=store)
    with transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(result=kept(report)))
        add_access(
            session,
            Access(
                face="staff",
                login_id=staff.login_id,
                role=staff.role,
                action="create",
                object_type="remittance_file",
                object_id=str(upload_id),
                reason=report.status,
            ),
            now=now,
        )
    return True
