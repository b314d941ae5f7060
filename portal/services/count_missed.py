"""Three missed visits in twelve months: somebody calls. Nobody is kept from booking (SCH-7)."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.booking_rules import missed_since, must_call
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.queries.booking_policy import booking_policy
from portal.services.open_account_work import open_account_work


def missed_count(session: Session, patient_id: int, *, now: datetime) -> int:
    """How many visits this patient missed in the last twelve months."""
    since = datetime.combine(missed_since(now.date()), time(0), tzinfo=UTC)
    counted = select(func.count()).where(
        Appointment.patient_id == patient_id,
        Appointment.state == "no_show",
        Appointment.starts_at >= since,
    )
    return session.scalar(counted) or 0


def count_missed(session: Session, *, appointment: Appointment, kind: str, now: datetime) -> None:
    """After a missed visit of a patient with a record; each missed one beyond the limit is one item."""
    if kind != "no_show" or appointment.patient_id is None:
        return
    missed = missed_count(session, appointment.patient_id, now=now)
    if not must_call(missed, booking_policy(session)):
        return
    account_id = session.scalar(
        select(Patient.guarantor_account_id).where(Patient.id == appointment.patient_id)
    )
    if account_id is not None:
        open_account_work(
            session,
            key=f"missed_visits:{appointment.id}",
            kind="missed_visits",
            reason=f"{missed} visits were missed in the last twelve months.",
            next_step="Call the patient: ask what keeps them from coming, and offer a time that fits.",
            account_id=account_id,
            due_on=now.date(),
            now=now,
        )
