"""The audit row of what staff do to a work item, in the transaction that does it (HIPAA-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.record_access import Access, add_access


def record_work_change(
    session: Session, item: WorkItem, *, staff: StaffViewer, reason: str, now: datetime
) -> None:
    """Write who changed the item, and in `reason` what to; it names no patient beyond the account's id."""
    access = Access(
        face="staff",
        login_id=staff.login_id,
        role=staff.role,
        action="update",
        object_type="work_item",
        object_id=str(item.id),
        account_ids=(item.guarantor_account_id,) if item.guarantor_account_id else (),
        reason=reason,
    )
    add_access(session, access, now=now)
