"""Time in which nobody is seen: leave, holidays, a blocked hour; and taking it back. No booked visit is moved by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.calendar import ScheduleException
from portal.queries.viewer import StaffViewer
from portal.services.check_may_set import CannotSetCalendar
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Of whom and where (None: everybody, everywhere), from when until when."""

    kind: str  # leave, holiday, blocked
    starts_at: datetime
    ends_at: datetime
    provider_id: int | None = None
    location_id: int | None = None
    reason: str = ""  # for the office alone


def add_exceptions(*, staff: StaffViewer, rows: Sequence[Away], now: datetime) -> int:
    """Keep them, all or none; how many. A blocked hour is anybody's who books, the rest the manager's.

    Raises CannotSetCalendar.
    """
    needed = {"calendar.edit" if row.kind == "blocked" else "calendar.settings" for row in rows}
    if not all(staff.may(permission) for permission in needed):
        raise CannotSetCalendar("Your role cannot set leave or holidays.")
    if any(row.ends_at <= row.starts_at for row in rows):
        raise CannotSetCalendar("It must end after it begins. Nothing was saved.")
    with transaction() as session:
        for row in rows:
            kept = ScheduleException(
                provider_id=row.provider_id,
                location_id=row.location_id,
                kind=row.kind,
                reason=check_free_text(row.reason),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                made_by_id=staff.login_id,
                made_at=now,
            )
            session.add(kept)
            session.flush()
            add_staff_act(
                session,
                staff,
                action="create",
                object_type="schedule_exception",
                object_id=kept.id,
                reason=row.kind,
                now=now,
            )
    return len(rows)


def remove_exception(*, staff: StaffViewer, exception_id: int, now: datetime) -> None:
    """Take it back: the time is open again, and the row stays as it was. Raises CannotSetCalendar or NotFound."""
    with transaction() as session:
        row = session.get(ScheduleException, exception_id, with_for_update=True)
        if row is None or row.removed_at is not None:
            raise NotFound
        if not staff.may("calendar.edit" if row.kind == "blocked" else "calendar.settings"):
            raise CannotSetCalendar("Your role cannot take leave or holidays back.")
        row.removed_at = now
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="schedule_exception",
            object_id=row.id,
            reason="taken back",
            now=now,
        )
