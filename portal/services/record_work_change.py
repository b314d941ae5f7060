"""What staff do to a work item, in the transaction that does it: the audit row (HIPAA-3) and the item's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.models.work import WorkAction, WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act


def record_work_change(
    session: Session,
    item: WorkItem,
    *,
    staff: StaffViewer,
    reason: str,
    now: datetime,
    kind: str,
    words: str,
    form_id: UUID | None = None,
    fix: Mapping[str, Any] | None = None,
) -> None:
    """Write who changed the item, and in `reason` what to; it names no patient beyond the account's id.

    `words` are for the history and for whoever comes second; `fix` is what the same act needs elsewhere.
    """
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="work_item",
        object_id=item.id,
        account_ids=(item.guarantor_account_id,) if item.guarantor_account_id else (),
        reason=reason,
        now=now,
    )
    session.add(
        WorkAction(
            work_item_id=item.id,
            form_id=form_id,
            kind=kind,
            words=words,
            fix=dict(fix or {}),
            login_id=staff.login_id,
            at=now,
        )
    )
