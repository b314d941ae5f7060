"""The audit row of a change of the calendar's settings, in the transaction that makes it (HIPAA-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.queries.viewer import StaffViewer
from portal.services.record_access import Access, add_access
from portal.services.refusal import Refusal


class CannotSetCalendar(Refusal):
    """The setting would not make sense beside what stands, or the role may not."""

    title = "Nothing was saved"


def note_setting(
    session: Session,
    *,
    staff: StaffViewer,
    kind: str,
    row_id: object,
    action: str = "update",
    reason: str = "",
    now: datetime,
) -> None:
    """Who changed which row; `reason` says how in a few words, and names no patient."""
    access = Access(
        face="staff",
        login_id=staff.login_id,
        role=staff.role,
        action=action,
        object_type=kind,
        object_id=str(row_id),
        reason=reason,
    )
    add_access(session, access, now=now)


def check_may_set(staff: StaffViewer) -> None:
    """Raises CannotSetCalendar for roles that only book."""
    if not staff.may("calendar.settings"):
        raise CannotSetCalendar("Your role cannot change the settings of the calendar.")
