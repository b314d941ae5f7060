"""What a message has to know of a booked time: when and where by the clock, and if it still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from billing.visit_reminders import Visit
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """One appointment, without a word of what it is for."""

    appointment_id: UUID
    account_id: int | None  # none: of somebody who has no record yet
    state: str
    visit: Visit
    zone: ZoneInfo

    @property
    def local(self) -> datetime:
        """The start by the clock of the place."""
        return self.visit.starts_at.astimezone(self.zone)


_ONE = (
    select(Appointment, Location.time_zone, Patient.guarantor_account_id)
    .join(Location, Location.id == Appointment.location_id)
    .outerjoin(Patient, Patient.id == Appointment.patient_id)
    .where(Appointment.id == bindparam("appointment_id"))
    .execution_options(populate_existing=True)
)


def visit_facts(session: Session, appointment_id: UUID) -> VisitFacts:
    """Of one appointment; it is never deleted."""
    row, zone, account_id = session.execute(_ONE, {"appointment_id": appointment_id}).one()
    return VisitFacts(
        appointment_id=row.id,
        account_id=account_id,
        state=row.state,
        visit=visit_of(row),
        zone=ZoneInfo(zone),
    )


def visit_of(row: Appointment) -> Visit:
    """What the cadence of reminders has to know of a row."""
    return Visit(
        starts_at=row.starts_at,
        starts_on=row.starts_on,
        set_at=row.time_set_at or row.booked_at or row.state_at,
        booked=row.state == "booked",
        confirmed=row.confirmed_at is not None,
    )
