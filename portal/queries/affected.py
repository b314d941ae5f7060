"""Booked visits that stand where nobody is seen any more, and where they could go (SCH-2, SCH-5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from billing.free_times import Asked, Slot, end_moment, free_slots, zone_of
from billing.rebooking import ToMove, propose_moves
from billing.template_fit import MISFIT_WORDS, Standing, misfit
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import (
    Location,
    ProviderProfile,
    ScheduleBlock,
    ScheduleException,
    VisitType,
)
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.free_times import block_of, calendar_of

AHEAD = timedelta(days=400)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedWish:
    """Whose visits, where, and in which days; None means all."""

    provider_id: int | None = None
    location_id: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def has_range(self) -> bool:
        return self.first is not None and self.last is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A booked visit and why it does not fit; empty where it does, and only the days were asked for."""

    facts: AppointmentFacts
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A visit, and the time that it could have instead; None where nothing is left."""

    facts: AppointmentFacts
    slot: Slot | None
    local: datetime | None
    location_name: str


def accounts_of_visits(appointment_ids: Collection[UUID]) -> frozenset[int]:
    """Whose visits they are."""
    with read_only() as session:
        return frozenset(
            session.scalars(
                select(Patient.guarantor_account_id)
                .join(Appointment, Appointment.patient_id == Patient.id)
                .where(Appointment.id.in_(appointment_ids))
            )
        )


def affected_visits(wish: AffectedWish, *, now: datetime) -> tuple[Affected, ...]:
    """Booked visits to come that stand outside the schedule; with days given, all of those days."""
    with read_only() as session:
        return _affected(session, wish, now=now)


def count_affected(*, provider_id: int | None, location_id: int | None, now: datetime) -> int:
    """How many stand outside the schedule."""
    wish = AffectedWish(provider_id=provider_id, location_id=location_id)
    return len(affected_visits(wish, now=now))


def _affected(session: Session, wish: AffectedWish, *, now: datetime) -> tuple[Affected, ...]:
    where: list[ColumnElement[bool]] = [
        Appointment.state == "booked",
        Appointment.starts_at > now,
        Appointment.starts_at < now + AHEAD,
        Appointment.overbook_reason == "",  # those were never inside it
    ]
    if wish.provider_id:
        where.append(Appointment.provider_id == wish.provider_id)
    if wish.location_id:
        where.append(Appointment.location_id == wish.location_id)
    if wish.first and wish.last:
        where.append(Appointment.starts_on.between(wish.first, wish.last))
    visits = appointment_facts(session, *where)
    blocks = [
        block_of(row, zone)
        for row, zone in session.execute(
            select(ScheduleBlock, Location.time_zone)
            .join(Location, Location.id == ScheduleBlock.location_id)
            .where(ScheduleBlock.provider_id.in_({visit.provider_id for visit in visits}))
        )
    ]
    away = session.execute(
        select(
            ScheduleException.provider_id,
            ScheduleException.location_id,
            ScheduleException.starts_at,
            ScheduleException.ends_at,
        ).where(ScheduleException.removed_at.is_(None), ScheduleException.ends_at > now)
    ).all()
    absences = [(who, where, start, end) for who, where, start, end in away]
    found = []
    for visit in visits:
        reason = misfit(_standing(visit), blocks, absences)
        if reason is not None or wish.has_range:
            found.append(Affected(facts=visit, why=MISFIT_WORDS[reason] if reason else ""))
    return tuple(found[:MOST])


def _standing(visit: AppointmentFacts) -> Standing:
    return Standing(
        provider_id=visit.provider_id,
        location_id=visit.location_id,
        visit_type_id=visit.visit_type_id,
        local_start=visit.local_start,
        local_end=visit.local_end,
        moments=(visit.starts_at, visit.ends_at),
    )


def proposals(
    appointment_ids: Collection[UUID], *, provider_id: int, days_later: int, now: datetime
) -> tuple[Proposal, ...]:
    """For each of these visits the nearest free time of that provider, so many days later at the same time of day."""
    with read_only() as session:
        visits = appointment_facts(
            session, Appointment.id.in_(appointment_ids), Appointment.state == "booked"
        )
        if not visits:
            return ()
        days = [visit.starts_on + timedelta(days=days_later) for visit in visits]
        free, names = _free(session, visits, provider_id, (min(days), max(days)), now=now)
    moves = propose_moves([_to_move(visit, days_later) for visit in visits], free)
    return tuple(
        Proposal(
            facts=visit,
            slot=slot,
            local=slot.starts_at.astimezone(zone_of(slot.zone)) if slot else None,
            location_name=names.get(slot.location_id, "") if slot else "",
        )
        for visit in visits
        for slot in (moves.get(visit.appointment_id),)
    )


def _to_move(visit: AppointmentFacts, days_later: int) -> ToMove:
    on = visit.starts_on + timedelta(days=days_later)
    person = (
        ("patient", visit.patient_id)
        if visit.patient_id is not None
        else ("newcomer", visit.newcomer_id or 0)
    )
    return ToMove(
        appointment_id=visit.appointment_id,
        person=person,
        visit_type_id=visit.visit_type_id,
        starts_at=visit.starts_at,
        wanted=end_moment(visit.zone, on, visit.local_start.time()),
    )


def _free(
    session: Session,
    visits: Sequence[AppointmentFacts],
    provider_id: int,
    days: tuple[date, date],
    *,
    now: datetime,
) -> tuple[dict[int, list[Slot]], dict[int, str]]:
    """The free times of every kind that is wanted: the calendar is read once, whatever kinds there are."""
    kinds = session.scalars(
        select(VisitType).where(VisitType.id.in_({visit.visit_type_id for visit in visits}))
    ).all()
    rows = session.execute(
        select(ScheduleBlock, Location, ProviderProfile.skills)
        .join(Location, Location.id == ScheduleBlock.location_id)
        .join(ProviderProfile, ProviderProfile.provider_id == ScheduleBlock.provider_id)
        .where(
            ScheduleBlock.provider_id == provider_id,
            Location.active,
            ProviderProfile.active,
            ScheduleBlock.since <= days[1],
            or_(ScheduleBlock.until.is_(None), ScheduleBlock.until >= days[0]),
        )
    ).all()
    blocks = [block_of(row, place.time_zone) for row, place, _ in rows]
    skills = {skill for *_, has in rows for skill in has}
    features = sorted({feature for kind in kinds for feature in kind.resource_features})
    if not blocks:
        return {}, {}
    whole = Asked(
        visit_type_id=0,
        minutes=0,
        features=tuple(features),
        first_day=days[0],
        last_day=days[1],
        for_staff=True,
    )
    calendar = calendar_of(session, blocks, whole, now=now, except_id=None)
    return {
        kind.id: [
            slot
            for slot in free_slots(
                blocks,
                calendar,
                Asked(
                    visit_type_id=kind.id,
                    minutes=kind.minutes,
                    features=tuple(kind.resource_features),
                    first_day=days[0],
                    last_day=days[1],
                    for_staff=True,
                ),
                now=now,
            )
            if slot.starts_at > now
        ]
        for kind in kinds
        if set(kind.skills) <= skills
    }, {place.id: place.name for _, place, _ in rows}
