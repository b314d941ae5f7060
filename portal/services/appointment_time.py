"""Taking and giving back a time, inside the caller's transaction and below `lock_calendar` (SCH-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing.free_times import Slot
from billing.transitions import APPOINTMENT, AppointmentState, AppointmentStep, Refused, next_state
from portal.models.appointments import (
    LIVE_STATES,
    Appointment,
    AppointmentEvent,
    AppointmentResource,
)
from portal.services.appointment_actor import Actor, CannotChangeVisit, PersonBusy, VisitChanged
from portal.services.refusal import NotFound

EXCLUSION_VIOLATION = "23P01"
GONE = "Somebody took that time a moment ago, or it is not open any more. Nothing was booked."
_WORDS = {
    AppointmentState.HELD: "not booked yet",
    AppointmentState.BOOKED: "booked",
    AppointmentState.ARRIVED: "marked as arrived",
    AppointmentState.IN_ROOM: "in the room",
    AppointmentState.DONE: "done",
    AppointmentState.NO_SHOW: "marked as missed",
    AppointmentState.CANCELED: "canceled",
    AppointmentState.EXPIRED: "not booked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Which time is wanted: a kind of visit, with whom, where, when (UTC)."""

    visit_type_id: int
    provider_id: int
    location_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Overbook:
    """A time beyond what the template has, with its reason; whose role allows it is the caller's to ask."""

    reason: str
    login_id: int


class TimeGone(Exception):
    """Inside a transaction: the time is not to be had. It becomes SlotTaken outside, with what else there is."""


def step(row: Appointment, event: AppointmentStep, *, now: datetime) -> bool:
    """Move the row by the table; false when it stands there already. Raises CannotChangeVisit."""
    before = AppointmentState(row.state)
    after = next_state(APPOINTMENT, before, event)
    if isinstance(after, Refused):
        raise CannotChangeVisit(f"This visit is {_WORDS[before]}. Nothing was changed.")
    if after is before:
        return False
    row.state, row.state_at = after.value, now
    if after is not AppointmentState.HELD:
        row.held_until = None
    return True


def note_event(
    session: Session,
    row: Appointment,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    **detail: object,
) -> None:
    """What happened, for good."""
    session.add(
        AppointmentEvent(
            appointment_id=row.id,
            kind=kind,
            at=now,
            via=actor.via,
            login_id=actor.login_id,
            detail=detail,
        )
    )


def locked(session: Session, appointment_id: UUID) -> Appointment:
    """The row as it is now, locked. Raises NotFound."""
    row = session.get(Appointment, appointment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def check_seen(row: Appointment, seen_at: datetime | None) -> None:
    """Whoever changes a visit has seen it as it is: raises VisitChanged where somebody was quicker."""
    if seen_at is not None and row.state_at != seen_at:
        raise VisitChanged("Go back, check what the page says now, and try again.")


def give_back(session: Session, appointment_ids: Collection[UUID]) -> None:
    """The rooms and the equipment of these are free again."""
    session.execute(
        delete(AppointmentResource).where(AppointmentResource.appointment_id.in_(appointment_ids))
    )


def expire(session: Session, rows: Sequence[Appointment], *, actor: Actor, now: datetime) -> None:
    """Locked holds are over; their time is anybody's."""
    for row in rows:
        if step(row, AppointmentStep.EXPIRE, now=now):
            note_event(session, row, "expired", actor=actor, now=now)
    session.flush()
    give_back(session, [row.id for row in rows])


def clear_ended_holds(
    session: Session,
    slot: Start | Slot,
    *,
    ends_at: datetime,
    now: datetime,
    except_id: UUID | None = None,
    patient_id: int | None = None,
    newcomer_id: int | None = None,
) -> None:
    """Whoever wants a time clears away the holds there that are over."""
    whose: list[ColumnElement[bool]] = [
        Appointment.provider_id == slot.provider_id,
        Appointment.location_id == slot.location_id,  # its rooms
    ]
    if patient_id is not None:
        whose.append(Appointment.patient_id == patient_id)
    if newcomer_id is not None:
        whose.append(Appointment.newcomer_id == newcomer_id)
    over = [
        Appointment.state == "held",
        Appointment.held_until <= now,
        Appointment.busy_from < ends_at + timedelta(hours=4),  # buffers of ours
        Appointment.busy_to > slot.starts_at - timedelta(hours=4),
        or_(*whose),
    ]
    if except_id is not None:
        over.append(Appointment.id != except_id)
    rows = session.scalars(
        select(Appointment).where(*over).order_by(Appointment.id).with_for_update()
    ).all()
    if rows:
        expire(session, rows, actor=Actor(None, "day"), now=now)


def check_person_free(
    session: Session,
    slot: Slot,
    *,
    patient_id: int | None,
    newcomer_id: int | None,
    except_ids: Collection[UUID],
    now: datetime,
) -> None:
    """Raises PersonBusy when this person has another visit, or a living hold, at that time."""
    whose = []
    if patient_id is not None:
        whose.append(Appointment.patient_id == patient_id)
    if newcomer_id is not None:
        whose.append(Appointment.newcomer_id == newcomer_id)
    if not whose:
        return
    other = session.scalar(
        select(Appointment.id)
        .where(
            or_(*whose),
            Appointment.id.not_in(except_ids),
            Appointment.state.in_(LIVE_STATES),
            or_(Appointment.held_until.is_(None), Appointment.held_until > now),
            Appointment.starts_at < slot.ends_at,
            Appointment.ends_at > slot.starts_at,
        )
        .limit(1)
    )
    if other is not None:
        raise PersonBusy(
            "There is another visit at that time for this person. Choose a time before or after it,"
            " or move the other visit first. Nothing was booked."
        )


def take_rooms(session: Session, row: Appointment, resource_ids: Sequence[int]) -> None:
    """Take these for the row's time. Raises TimeGone when one is not free after all."""
    if not resource_ids:
        return
    taken = session.scalars(
        insert(AppointmentResource)
        .values(
            [
                {
                    "appointment_id": row.id,
                    "resource_id": resource_id,
                    "starts_at": row.starts_at,
                    "ends_at": row.ends_at,
                }
                for resource_id in resource_ids
            ]
        )
        .on_conflict_do_nothing()
        .returning(AppointmentResource.resource_id)
    ).all()
    if len(taken) != len(resource_ids):
        raise TimeGone


def put_on(row: Appointment, slot: Slot) -> None:
    """The row stands at that time from now on."""
    row.provider_id, row.location_id = slot.provider_id, slot.location_id
    row.visit_type_id = slot.visit_type_id
    row.starts_at, row.ends_at, row.starts_on = slot.starts_at, slot.ends_at, slot.starts_on
    row.busy_from, row.busy_to = slot.busy_from, slot.busy_to
    row.lane, row.capacity = slot.lane, slot.capacity


@contextmanager
def proved(session: Session) -> Iterator[None]:
    """What is written inside is written whole, or not at all: the database has the last word. Raises TimeGone."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") != EXCLUSION_VIOLATION:
            raise
        raise TimeGone from error


def slot_of(row: Appointment, resource_ids: tuple[int, ...] = ()) -> Slot:
    """The time that a row has."""
    return Slot(
        provider_id=row.provider_id,
        location_id=row.location_id,
        visit_type_id=row.visit_type_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        starts_on=row.starts_on,
        busy_from=row.busy_from,
        busy_to=row.busy_to,
        lane=row.lane,
        capacity=row.capacity,
        resource_ids=resource_ids,
        zone="UTC",
    )


def start_of(row: Appointment) -> Start:
    """What somebody would have to ask for to get the time of a row."""
    return Start(
        visit_type_id=row.visit_type_id,
        provider_id=row.provider_id,
        location_id=row.location_id,
        starts_at=row.starts_at,
    )
