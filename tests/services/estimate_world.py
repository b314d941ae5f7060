"""Visits without a plan: booked, with an estimate, and billed by the practice's own file of charges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.claims import Provider, Visit
from portal.models.estimates import EstimateCheck, GoodFaithEstimate
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.import_practice import import_practice
from portal.services.issue_estimate import LineAsked, issue_estimate
from tests.booking_world import BookingWorld

URL = "http://localhost:8000"


def estimates(appointment_id: UUID) -> list[GoodFaithEstimate]:
    with read_only() as session:
        return list(
            session.scalars(
                select(GoodFaithEstimate)
                .where(GoodFaithEstimate.appointment_id == appointment_id)
                .order_by(GoodFaithEstimate.id)
            )
        )


def work(key: str) -> WorkItem | None:
    with read_only() as session:
        return session.scalar(select(WorkItem).where(WorkItem.dedupe_key == key))


def give(
    world: BookingWorld, estimate_id: int, staff: StaffViewer, cents: int, now: datetime
) -> int:
    """One line of Ada's."""
    line = LineAsked(
        provider_id=world.ada, procedure="99213", words="Office visit", amount=Money(cents)
    )
    return issue_estimate(
        staff=staff, estimate_id=estimate_id, lines=[line], public_url=URL, now=now
    )


def bill(world: BookingWorld, day: date, cents: int, *, number: str = "S-1") -> Visit:
    """The charges of that day come in from the practice: one line of Ada's."""
    [visit] = bills(world, day, {number: ("99213", cents)})
    return visit


def bills(
    world: BookingWorld,
    day: date,
    lines: Mapping[str, tuple[str, int]],
    *,
    providers: Mapping[str, int] | None = None,
) -> list[Visit]:
    """One file with several bills of that day, each of one line; of Ada's, unless another provider is named."""
    with read_only() as session:
        npis = {
            number: session.get_one(Provider, (providers or {}).get(number, world.ada)).npi
            for number in lines
        }
        person = session.get_one(Patient, world.patient_id).practice_patient_id
    head = "visit_id,practice_patient_id,date,line,procedure_code,amount_cents,provider_npi,coverage_intent"
    rows = [
        f"{number},{person},{day},1,{code},{cents},{npis[number]},self_pay"
        for number, (code, cents) in lines.items()
    ]
    result = import_practice(
        kind="charges",
        data="\n".join([head, *rows, ""]).encode(),
        name=f"{'-'.join(lines)}.csv",
        now=datetime.combine(day, time(22), tzinfo=UTC),
    )
    assert not result.refused
    with read_only() as session:
        found = session.scalars(select(Visit).where(Visit.control_number.in_(lines))).all()
    return sorted(found, key=lambda one: list(lines).index(one.control_number))


def check_of(visit_id: int) -> EstimateCheck | None:
    with read_only() as session:
        return session.scalar(select(EstimateCheck).where(EstimateCheck.visit_id == visit_id))


def appointment_of(visit_id: int) -> UUID | None:
    with read_only() as session:
        return session.scalar(select(Appointment.id).where(Appointment.visit_id == visit_id))
