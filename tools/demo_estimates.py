"""Good-faith estimates in the demo: owed by a day, given, and a bill that is held for one (NSA-2, NSA-6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.models.claims import Provider
from portal.models.estimates import GoodFaithEstimate
from portal.models.identity import Login
from portal.queries.free_times import Slot, Wish, free_times
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import Start
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, hold_slot
from portal.services.import_practice import import_practice
from portal.services.issue_estimate import LineAsked, issue_estimate

BOOKED_AGO, SEEN_AGO = timedelta(days=24), timedelta(days=4)
AHEAD = timedelta(days=16)
EXPECTED, BILLED = Money(180_00), Money(615_00)
HEAD = "visit_id,practice_patient_id,date,line,procedure_code,amount_cents,provider_npi,coverage_intent"


def fill_estimates(*, public_url: str, now: datetime) -> None:
    """Three people without a plan: one estimate is owed, one was given, and one bill lies far above its own."""
    staff = _staff()
    owed, told, held = _people()
    book(owed, after=now + AHEAD, now=now)
    given = book(told, after=now + AHEAD, now=now)
    give(given, staff=staff, public_url=public_url, now=now)
    past = book(held, after=now - SEEN_AGO - timedelta(days=1), now=now - BOOKED_AGO)
    give(past, staff=staff, public_url=public_url, now=now - BOOKED_AGO)
    _bill(past, now=now)


def book(patient: Patient, *, after: datetime, now: datetime) -> UUID:
    """The next free time of an ordinary visit, without a plan."""
    appointment_id, actor = uuid4(), Actor(None, "staff")
    with read_only() as session:
        slot = _free(session, after, now)
    start = Start(
        visit_type_id=slot.visit_type_id,
        provider_id=slot.provider_id,
        location_id=slot.location_id,
        starts_at=slot.starts_at,
    )
    holder = Holder(patient_id=patient.id)
    hold_slot(appointment_id=appointment_id, start=start, holder=holder, now=now)
    booking = Booking(patient_id=patient.id, coverage_intent="self_pay", reason="follow_up")
    book_appointment(appointment_id=appointment_id, booking=booking, actor=actor, now=now)
    return appointment_id


def give(appointment_id: UUID, *, staff: StaffViewer, public_url: str, now: datetime) -> None:
    """One line of whoever sees them."""
    with read_only() as session:
        row = session.scalars(
            select(GoodFaithEstimate).where(GoodFaithEstimate.appointment_id == appointment_id)
        ).one()
        provider_id = session.get_one(Appointment, appointment_id).provider_id
    line = LineAsked(
        provider_id=provider_id, procedure="99213", words="Office visit", amount=EXPECTED
    )
    issue_estimate(staff=staff, estimate_id=row.id, lines=[line], public_url=public_url, now=now)


def _bill(appointment_id: UUID, *, now: datetime) -> None:
    with read_only() as session:
        row = session.get_one(Appointment, appointment_id)
        npi = session.get_one(Provider, row.provider_id).npi
        person = session.get_one(Patient, row.patient_id).practice_patient_id
    line = f"GFE-1,{person},{row.starts_on},1,99213,{BILLED.cents},{npi},self_pay"
    data = f"{HEAD}\n{line}\n".encode()
    result = import_practice(kind="charges", data=data, name="estimate-charges.csv", now=now)
    if result.refused:
        raise RuntimeError(f"the demo's charges were refused: {result.refused}")


def _free(session: Session, after: datetime, now: datetime) -> Slot:
    kind = session.scalars(select(VisitType.id).where(VisitType.code == "office")).one()
    day = after.date()
    wish = Wish(
        visit_type_id=kind, first_day=day, last_day=day + timedelta(days=10), not_before=time(9)
    )
    return next(slot for slot in free_times(session, wish, now=now) if slot.starts_at > after)


def _staff() -> StaffViewer:
    with read_only() as session:
        login_id = session.scalars(select(Login.id).where(Login.role == "biller")).first()
    if login_id is None:
        raise RuntimeError("the demo has no biller")
    return StaffViewer(login_id, "biller", ROLES["biller"])


def _people() -> Sequence[Patient]:
    """Three grown-ups of whom the demo tells nothing else: the last ones of its files without a visit or a bill."""
    with read_only() as session:
        return session.scalars(
            select(Patient)
            .where(
                Patient.practice_patient_id.is_not(None),
                Patient.merged_into_id.is_(None),
                ~Patient.confidential,
                ~select(Appointment.id).where(Appointment.patient_id == Patient.id).exists(),
            )
            .where(Patient.birth_on < date(1990, 1, 1))
            .order_by(Patient.id.desc())
            .limit(3)
        ).all()
