"""Set a provider's week: add a block, change one from a day on, end one. What is booked stays where it is (SCH-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.template_fit import Weekly, overlap
from portal.db import transaction
from portal.models.calendar import ProviderProfile, ScheduleBlock
from portal.queries.viewer import StaffViewer
from portal.services.check_may_set import CannotSetCalendar, check_may_set
from portal.services.lock_calendar import lock_calendar
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockValues:
    """One block of a week, as it is to stand."""

    location_id: int
    weekday: int
    starts: time
    ends: time
    visit_type_ids: list[int]
    capacity: int
    step_minutes: int
    lead_minutes: int
    horizon_days: int
    buffer_before: int
    buffer_after: int

    def columns(self) -> Mapping[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def add_block(
    *,
    staff: StaffViewer,
    provider_id: int,
    values: BlockValues,
    since: date,
    until: date | None,
    now: datetime,
) -> int:
    """A new block; its id. Raises CannotSetCalendar where another of the provider stands at that time, or NotFound."""
    check_may_set(staff)
    with transaction() as session:
        if session.get(ProviderProfile, provider_id) is None:
            raise NotFound
        _check(session, provider_id, values, since, until, except_id=None)
        row = _added(session, provider_id, values, since, until)
        add_staff_act(
            session, staff, action="create", object_type="schedule_block", object_id=row.id, now=now
        )
        return row.id


def change_block(
    *, staff: StaffViewer, block_id: int, values: BlockValues, from_day: date, now: datetime
) -> int:
    """From that day on it stands so; the days before can be told as they were. The id of the new block.

    Raises CannotSetCalendar or NotFound.
    """
    check_may_set(staff)
    with transaction() as session:
        row = _block(session, block_id)
        if row.until is not None and row.until < from_day:
            raise CannotSetCalendar("This block has ended by then. Add a new one.")
        until = row.until
        first = max(from_day, row.since)
        _check(session, row.provider_id, values, first, until, except_id=row.id)
        if from_day <= row.since:  # it never stood otherwise
            for name, value in values.columns().items():
                setattr(row, name, value)
            changed = row
        else:
            row.until = from_day - timedelta(days=1)
            changed = _added(session, row.provider_id, values, from_day, until)
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="schedule_block",
            object_id=changed.id,
            reason=f"from {from_day.isoformat()}, instead of {block_id}",
            now=now,
        )
        return changed.id


def end_block(*, staff: StaffViewer, block_id: int, last_day: date, now: datetime) -> None:
    """Its last day. Raises CannotSetCalendar or NotFound."""
    check_may_set(staff)
    with transaction() as session:
        row = _block(session, block_id)
        if last_day < row.since:
            raise CannotSetCalendar(
                "Its last day is its first one at the earliest. Nothing was saved."
            )
        if row.until is not None and row.until < last_day:
            raise CannotSetCalendar("It ends before that day already. Nothing was saved.")
        row.until = last_day
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="schedule_block",
            object_id=row.id,
            reason=f"ends on {last_day.isoformat()}",
            now=now,
        )


def _block(session: Session, block_id: int) -> ScheduleBlock:
    row = session.get(ScheduleBlock, block_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _added(
    session: Session, provider_id: int, values: BlockValues, since: date, until: date | None
) -> ScheduleBlock:
    row = ScheduleBlock(provider_id=provider_id, since=since, until=until, **values.columns())
    session.add(row)
    session.flush()
    return row


def _check(
    session: Session,
    provider_id: int,
    values: BlockValues,
    since: date,
    until: date | None,
    *,
    except_id: int | None,
) -> None:
    """One provider is at one place at a time; below the lock, so that two who add at once see each other."""
    if values.ends <= values.starts:
        raise CannotSetCalendar("It must end after it begins. Nothing was saved.")
    if until is not None and until < since:
        raise CannotSetCalendar("Its last day must not be before its first. Nothing was saved.")
    lock_calendar(session, provider_ids=[provider_id], location_ids=[])
    wanted = Weekly(values.weekday, values.starts, values.ends, since, until)
    others = session.scalars(
        select(ScheduleBlock).where(
            ScheduleBlock.provider_id == provider_id, ScheduleBlock.weekday == values.weekday
        )
    )
    for other in others:
        if other.id != except_id and overlap(
            wanted, Weekly(other.weekday, other.starts, other.ends, other.since, other.until)
        ):
            raise CannotSetCalendar(
                f"Another block of this provider, {other.starts:%H:%M} to {other.ends:%H:%M}, stands"
                " at that time. Change or end that one first. Nothing was saved."
            )
