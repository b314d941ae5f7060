"""What becomes of a booked visit on its day: arrived, in the room, done, missed; and a mark taken back (SCH-7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import AppointmentState, AppointmentStep
from portal.db import transaction
from portal.models.appointments import LIVE_STATES, Appointment
from portal.models.calendar import VisitType
from portal.queries.free_times import standing
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor, CannotChangeVisit
from portal.services.appointment_time import (
    TimeGone,
    check_person_free,
    check_seen,
    clear_ended_holds,
    give_back,
    locked,
    note_event,
    proved,
    slot_of,
    start_of,
    take_rooms,
)
from portal.services.appointment_time import step as take_step
from portal.services.find_time import free_rooms
from portal.services.lock_calendar import lock_calendar
from portal.services.refusal import NotFound

MARKS = frozenset(
    {
        AppointmentStep.ARRIVE,
        AppointmentStep.ROOM,
        AppointmentStep.FINISH,
        AppointmentStep.MISS,
        AppointmentStep.UNDO,
    }
)
_MOMENTS: Mapping[AppointmentState, str] = {
    AppointmentState.ARRIVED: "arrived_at",
    AppointmentState.IN_ROOM: "roomed_at",
    AppointmentState.DONE: "done_at",
}


def mark_appointment(
    *,
    appointment_id: UUID,
    step: AppointmentStep,
    actor: Actor,
    now: datetime,
    seen_at: datetime | None = None,
) -> None:
    """Move it by the table of states; marked so already, nothing changes.

    What was missed or done and comes back takes its time again, and with it the rooms that are still free.
    Raises CannotChangeVisit or NotFound.
    """
    if step not in MARKS:
        raise CannotChangeVisit("A visit is booked or canceled elsewhere. Nothing was changed.")
    try:
        with transaction() as session:
            row = session.get(Appointment, appointment_id)
            if row is None:
                raise NotFound
            lock_calendar(
                session,
                provider_ids=[row.provider_id],
                location_ids=[row.location_id],
                patient_ids=[row.patient_id],
                newcomer_ids=[row.newcomer_id],
            )
            row = locked(session, appointment_id)
            if not _is_there(AppointmentState(row.state), step):
                check_seen(row, seen_at)
            mark_row(session, row, step, actor=actor, now=now)
    except TimeGone:
        raise CannotChangeVisit(
            "Its time was given to somebody else meanwhile. Book the visit again. Nothing was changed."
        ) from None


def mark_row(
    session: Session, row: Appointment, event: AppointmentStep, *, actor: Actor, now: datetime
) -> None:
    """The same on a locked row, below `lock_calendar` where it comes back to life."""
    before = AppointmentState(row.state)
    if _is_there(before, event):
        return
    was_live = before.value in LIVE_STATES
    with proved(session):
        take_step(row, event, now=now)
        after = AppointmentState(row.state)
        _set_moments(row, after, undone=event is AppointmentStep.UNDO, now=now)
        if not was_live:
            _come_back(session, row, now=now)
    if after.value not in LIVE_STATES:
        give_back(session, [row.id])
    kind = "undone" if event is AppointmentStep.UNDO else after.value
    note_event(session, row, kind, actor=actor, now=now, **{"from": before.value})
    after_appointment(session, appointment=row, kind=kind, actor=actor, now=now)


_RESULTS: Mapping[AppointmentStep, AppointmentState] = {
    AppointmentStep.ARRIVE: AppointmentState.ARRIVED,
    AppointmentStep.ROOM: AppointmentState.IN_ROOM,
    AppointmentStep.FINISH: AppointmentState.DONE,
    AppointmentStep.MISS: AppointmentState.NO_SHOW,
}


def _is_there(state: AppointmentState, event: AppointmentStep) -> bool:
    return _RESULTS.get(event) is state


def _set_moments(row: Appointment, after: AppointmentState, *, undone: bool, now: datetime) -> None:
    """A mark has its moment; taken back, those of the later ones go."""
    order = list(_MOMENTS)
    reached = order.index(after) if after in _MOMENTS else -1
    if undone:
        for state in order[reached + 1 :]:
            setattr(row, _MOMENTS[state], None)
    elif reached >= 0:
        setattr(row, _MOMENTS[after], now)
        if row.arrived_at is None:
            row.arrived_at = now  # nobody is seen who has not come


def _come_back(session: Session, row: Appointment, *, now: datetime) -> None:
    start = start_of(row)
    clear_ended_holds(
        session,
        start,
        ends_at=row.ends_at,
        now=now,
        except_id=row.id,
        patient_id=row.patient_id,
        newcomer_id=row.newcomer_id,
    )
    check_person_free(
        session,
        slot_of(row),
        patient_id=row.patient_id,
        newcomer_id=row.newcomer_id,
        except_ids=[row.id],
        now=now,
    )
    session.flush()
    features = session.scalar(
        select(VisitType.resource_features).where(VisitType.id == row.visit_type_id)
    )
    rooms = free_rooms(
        session,
        row.location_id,
        features or [],
        (row.starts_at, row.ends_at),
        standing(now, except_id=row.id),
    )
    take_rooms(session, row, rooms)
