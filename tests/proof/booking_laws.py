"""What must hold of booked times whatever happened: found by a look at each pair, not by a constraint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from sqlalchemy import select

from portal.db import read_only
from portal.models.appointments import LIVE_STATES, Appointment, AppointmentResource


def living(now: datetime) -> list[Appointment]:
    """What takes up its time; a hold that is over does not."""
    with read_only() as session:
        rows = session.scalars(select(Appointment).where(Appointment.state.in_(LIVE_STATES)))
        return [row for row in rows if row.held_until is None or row.held_until > now]


def broken_times(now: datetime) -> list[str]:
    """Each breach in words; none when all is well."""
    rows = living(now)
    with read_only() as session:
        taken = session.scalars(select(AppointmentResource)).all()
    return [*_shared(rows), *_beyond(rows), *_rooms(rows, list(taken))]


def _shared(rows: list[Appointment]) -> Iterator[str]:
    for one, other in combinations(rows, 2):
        same_place = (one.provider_id, one.lane) == (other.provider_id, other.lane)
        if same_place and one.busy_from < other.busy_to and other.busy_from < one.busy_to:
            yield f"one place of a provider: {one.id}, {other.id}"
        same_person = one.patient_id is not None and one.patient_id == other.patient_id
        if same_person and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            yield f"one person at two places: {one.id}, {other.id}"


def _beyond(rows: list[Appointment]) -> Iterator[str]:
    for row in rows:
        if row.lane >= row.capacity and not row.overbook_reason:
            yield f"beyond its block without a reason: {row.id}"


def _rooms(rows: list[Appointment], taken: list[AppointmentResource]) -> Iterator[str]:
    for one, other in combinations(taken, 2):
        if (
            one.resource_id == other.resource_id
            and one.starts_at < other.ends_at
            and other.starts_at < one.ends_at
        ):
            yield f"one room twice: {one.appointment_id}, {other.appointment_id}"
    times = {row.id: row.starts_at for row in rows}
    for room in taken:
        if room.appointment_id in times and room.starts_at != times[room.appointment_id]:
            yield f"a room at another time than its visit: {room.appointment_id}"
