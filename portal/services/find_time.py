"""Which time somebody gets who asks for one: as the calendar has it, or beyond it; and what else there is (SCH-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.free_times import Range, Room, Slot, candidates
from portal.db import read_only
from portal.models.appointments import Appointment, AppointmentResource
from portal.models.calendar import Location, Resource, VisitType
from portal.queries.booking_times import bare_slot
from portal.queries.free_times import nearest, standing, the_slot
from portal.queries.offered_providers import offered_providers, person_facts
from portal.services.appointment_time import Start, TimeGone, clear_ended_holds
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound


def find_time(
    session: Session,
    start: Start,
    *,
    now: datetime,
    for_staff: bool,
    may_overbook: bool = False,
    except_id: UUID | None = None,
) -> tuple[Slot, bool]:
    """The time as the calendar has it, or (then true) beyond it where that may be. Raises TimeGone."""
    slot = the_slot(
        session,
        visit_type_id=start.visit_type_id,
        provider_id=start.provider_id,
        location_id=start.location_id,
        starts_at=start.starts_at,
        now=now,
        for_staff=for_staff,
        except_id=except_id,
    )
    if slot is not None:
        return slot, False
    if not may_overbook:
        raise TimeGone
    return overbooked_slot(session, start, now=now, except_id=except_id), True


def time_again(
    session: Session, row: Appointment, start: Start, *, may_overbook: bool, now: datetime
) -> tuple[Slot, bool]:
    """The same for a visit that stands already, whatever the lead time says now. Raises TimeGone."""
    clear_ended_holds(
        session,
        start,
        ends_at=start.starts_at + (row.ends_at - row.starts_at),
        now=now,
        except_id=row.id,
        patient_id=row.patient_id,
        newcomer_id=row.newcomer_id,
    )
    if start.starts_at <= now:
        raise TimeGone
    return find_time(
        session, start, now=now, for_staff=True, may_overbook=may_overbook, except_id=row.id
    )


def overbooked_slot(
    session: Session, start: Start, *, now: datetime, except_id: UUID | None = None
) -> Slot:
    """That time beyond the template: the first lane that is free, and of the rooms what is. Raises NotFound."""
    found = session.execute(
        select(VisitType.minutes, VisitType.resource_features, Location.time_zone)
        .join(Location, Location.id == start.location_id)
        .where(VisitType.id == start.visit_type_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    ends_at = start.starts_at + timedelta(minutes=found.minutes)
    others = standing(now, except_id=except_id)
    lanes = set(
        session.scalars(
            select(Appointment.lane).where(
                Appointment.provider_id == start.provider_id,
                others,
                Appointment.busy_from < ends_at,
                Appointment.busy_to > start.starts_at,
            )
        )
    )
    return Slot(
        provider_id=start.provider_id,
        location_id=start.location_id,
        visit_type_id=start.visit_type_id,
        starts_at=start.starts_at,
        ends_at=ends_at,
        starts_on=start.starts_at.astimezone(ZoneInfo(found.time_zone)).date(),
        busy_from=start.starts_at,
        busy_to=ends_at,
        lane=next(lane for lane in range(len(lanes) + 1) if lane not in lanes),
        capacity=1,
        resource_ids=free_rooms(
            session, start.location_id, found.resource_features, (start.starts_at, ends_at), others
        ),
        zone=found.time_zone,
    )


def free_rooms(
    session: Session,
    location_id: int,
    features: Sequence[str],
    between: tuple[datetime, datetime],
    others: ColumnElement[bool],
) -> tuple[int, ...]:
    """Of the rooms that a visit needs those that are free: for each feature the first, where there is one."""
    if not features:
        return ()
    starts_at, ends_at = between
    taken = (
        select(AppointmentResource.resource_id)
        .join(Appointment, Appointment.id == AppointmentResource.appointment_id)
        .where(
            others,
            AppointmentResource.starts_at < ends_at,
            AppointmentResource.ends_at > starts_at,
        )
    )
    rows = session.execute(
        select(Resource.id, Resource.features).where(
            Resource.location_id == location_id, Resource.active, Resource.id.not_in(taken)
        )
    )
    rooms = [
        Room(resource_id=resource_id, location_id=location_id, features=frozenset(has))
        for resource_id, has in rows
    ]
    chosen: list[int] = []
    for able in candidates(rooms, location_id, features):
        chosen += [room for room in able if room not in chosen][:1]
    return tuple(chosen)


def alternatives(
    start: Start,
    *,
    patient_id: int | None = None,
    newcomer_id: int | None = None,
    now: datetime,
) -> tuple[Slot, ...]:
    """The nearest three times instead of one that is gone, which this person can have; read when all else is over."""
    wanted = bare_slot(start.visit_type_id, start.provider_id, start.location_id, start.starts_at)
    with read_only() as session:
        return nearest(
            session,
            wanted,
            around=start.starts_at,
            now=now,
            provider_ids=_who_may(session, start, patient_id, newcomer_id),
            not_during=_elsewhere(session, patient_id, newcomer_id, now=now),
        )


def _who_may(
    session: Session, start: Start, patient_id: int | None, newcomer_id: int | None
) -> frozenset[int]:
    """Whom the person can be booked with; none named means any."""
    if patient_id is None and newcomer_id is None:
        return frozenset()
    on = practice_date(session, start.starts_at)
    person = person_facts(session, patient_id=patient_id, newcomer_id=newcomer_id, on=on)
    choices = offered_providers(session, visit_type_id=start.visit_type_id, person=person, on=on)
    return frozenset(choice.provider_id for choice in choices if choice.is_bookable)


def _elsewhere(
    session: Session, patient_id: int | None, newcomer_id: int | None, *, now: datetime
) -> list[Range]:
    if patient_id is None and newcomer_id is None:
        return []
    whose = (
        Appointment.patient_id == patient_id
        if patient_id is not None
        else Appointment.newcomer_id == newcomer_id
    )
    rows = session.execute(
        select(Appointment.starts_at, Appointment.ends_at).where(
            whose, standing(now), Appointment.ends_at > now
        )
    )
    return [(starts_at, ends_at) for starts_at, ends_at in rows]
