"""One day at one place: who comes, how far they are, what is missing in words, and how long they wait (SCH-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import INSURANCE, OPEN_STATES, Step
from billing.money import ZERO, Money
from billing.visit_tasks import must_override
from portal.db import read_only
from portal.models.appointments import Appointment, AppointmentTask
from portal.models.calendar import Location
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.check_in_facts import CheckIn, check_ins
from portal.queries.closed_days import closed_days

HIDDEN = ("held", "expired", "canceled")
HERE = ("arrived", "in_room")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow:
    """One visit of the day."""

    visit: AppointmentFacts
    ready: bool
    missing: tuple[str, ...]
    notes: tuple[str, ...]  # what the person said is wrong or changed
    copay: Money  # still to pay
    stopped: bool  # nobody verified the coverage, and nobody wrote why it goes on (SCH-10)
    waited: int | None  # minutes since they arrived, until they were in the room

    @property
    def here(self) -> bool:
        return self.visit.state in HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDesk:
    """The day."""

    on: date
    places: tuple[tuple[int, str], ...]
    place_id: int | None
    place_name: str
    zone: str
    rows: tuple[DeskRow, ...]

    @property
    def arrived(self) -> tuple[DeskRow, ...]:
        return tuple(sorted((row for row in self.rows if row.here), key=_arrival))

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple({row.visit.patient_id for row in self.rows if row.visit.patient_id})


def _arrival(row: DeskRow) -> datetime:
    return row.visit.arrived_at or row.visit.starts_at


def front_desk(place_id: int | None, *, on: date | None, now: datetime) -> FrontDesk:
    """Today at a place, or another day; without one the first place. At most ten statements."""
    with read_only() as session:
        places = session.scalars(
            select(Location).where(Location.active).order_by(Location.name, Location.id)
        ).all()
        place = next((one for one in places if one.id == place_id), places[0] if places else None)
        zone = place.time_zone if place else "America/New_York"
        day = on or now.astimezone(ZoneInfo(zone)).date()
        rows: tuple[DeskRow, ...] = ()
        if place is not None:
            rows = desk_rows(
                session,
                appointment_facts(
                    session,
                    Appointment.location_id == place.id,
                    Appointment.starts_on == day,
                    Appointment.state.not_in(HIDDEN),
                ),
                now=now,
            )
    return FrontDesk(
        on=day,
        places=tuple((one.id, one.name) for one in places),
        place_id=place.id if place else None,
        place_name=place.name if place else "",
        zone=zone,
        rows=rows,
    )


def desk_rows(
    session: Session, visits: tuple[AppointmentFacts, ...], *, now: datetime
) -> tuple[DeskRow, ...]:
    """Each visit as the desk sees it."""
    found = check_ins(session, visits)
    waived = _waived(session, [visit.appointment_id for visit in visits])
    return tuple(
        _row(found[visit.appointment_id], waived=visit.appointment_id in waived, now=now)
        for visit in visits
    )


def missing_before(
    visits: Collection[AppointmentFacts], *, now: datetime
) -> dict[UUID, tuple[str, ...]]:
    """What each visit that is not over lacks, in words; the paper of a day says the same as the desk."""
    waiting = tuple(visit for visit in visits if visit.state in OPEN_STATES)
    with read_only() as session:
        rows = desk_rows(session, waiting, now=now)
    return {row.visit.appointment_id: row.missing for row in rows}


def desk_row(appointment_id: UUID, *, now: datetime) -> DeskRow | None:
    """One visit."""
    with read_only() as session:
        visits = appointment_facts(
            session, Appointment.id == appointment_id, Appointment.state.not_in(HIDDEN[:2])
        )
        rows = desk_rows(session, visits, now=now)
    return rows[0] if rows else None


def _row(check_in: CheckIn, *, waived: bool, now: datetime) -> DeskRow:
    visit = check_in.visit
    unverified = must_override(
        insured=visit.coverage_intent == INSURANCE and not visit.emergency,
        verified_on=check_in.verified_on,
        starts_on=visit.starts_on,
        holidays=closed_days(visit.starts_on),
    )
    until = visit.roomed_at or now
    waited = int((until - visit.arrived_at).total_seconds() // 60) if visit.arrived_at else None
    return DeskRow(
        visit=visit,
        ready=check_in.ready and not unverified,
        missing=_missing(check_in, unverified=unverified, waived=waived),
        notes=_notes(check_in),
        copay=check_in.left_to_pay if check_in.has(Step.PAYMENT) else ZERO,
        stopped=unverified and not waived,
        waited=waited,
    )


def _missing(check_in: CheckIn, *, unverified: bool, waived: bool) -> tuple[str, ...]:
    found: list[str] = []
    if unverified:
        found.append("Coverage (goes on without)" if waived else "Coverage")
    if any(plan.needs_card and not plan.waiting for plan in check_in.plans):
        found.append("Card")
    details = (Step.IDENTITY, Step.CONTACT, Step.COVERAGE, Step.ACCIDENT)
    if any(check_in.has(step) and not check_in.is_done(step) for step in details):
        found.append("Details")
    waiting = len(check_in.facts.forms_open)
    if waiting:
        found.append(f"{waiting} form{'s' if waiting > 1 else ''}")
    if check_in.has(Step.PAYMENT) and check_in.left_to_pay > ZERO:
        found.append("Copay" if check_in.visit.coverage_intent == INSURANCE else "Estimate")
    return tuple(found)


def _notes(check_in: CheckIn) -> tuple[str, ...]:
    found: list[str] = []
    for step, words in (("identity", "Identity"), ("contact", "Contact"), ("coverage", "Plan")):
        detail = check_in.details.get(step, {})
        if detail.get("right") == "no" or detail.get("plans") in ("changed", "none"):
            found.append(f"{words}: {detail.get('note') or 'says that something changed'}")
    accident = check_in.details.get("accident", {})
    if "yes" in (accident.get("accident"), accident.get("work")):
        found.append("Accident or work: another payer may be first")
    if check_in.details.get("payment", {}).get("choice") == "help":
        found.append("Asks for help to pay")
    return tuple(found)


def _waived(session: Session, ids: Collection[UUID]) -> set[UUID]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = session.execute(
        select(AppointmentTask.appointment_id, AppointmentTask.state).where(
            AppointmentTask.appointment_id.in_(ids), AppointmentTask.kind == "coverage"
        )
    )
    for appointment_id, state in rows:
        found[appointment_id].append(state)
    return {appointment_id for appointment_id, states in found.items() if "waived" in states}
