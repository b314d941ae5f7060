"""Three missed visits in twelve months: somebody calls. Nobody is kept from booking (SCH-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.booking_rules import must_call
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.queries.booking_policy import booking_policy
from portal.queries.missed_visits import MissedVisits, missed_visits
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date


def count_missed(session: Session, *, appointment: Appointment, kind: str, now: datetime) -> None:
    """After a missed visit of a patient with a record; each missed one beyond the limit is one item."""
    if kind != "no_show" or appointment.patient_id is None:
        return
    today = practice_date(session, now)
    counted = missed_visits(session, [appointment.patient_id], on=today)
    missed = counted.get(appointment.patient_id, MissedVisits()).missed
    if not must_call(missed, booking_policy(session)):
        return
    account_id = session.scalar(
        select(Patient.guarantor_account_id).where(Patient.id == appointment.patient_id)
    )
    if account_id is not None:
        open_work(
            session,
            key=f"missed_visits:{appointment.id}",
            kind="missed_visits",
            reasons=[f"{missed} visits were missed in the last twelve months."],
            next_step="Call the patient: ask what keeps them from coming, and offer a time that fits.",
            account_id=account_id,
            due_on=today,
            now=now,
        )
