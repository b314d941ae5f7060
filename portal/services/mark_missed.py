"""Who has not arrived a quarter of an hour after the start is marked as missed, by itself (SCH-7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from billing.transitions import AppointmentStep
from portal.db import transaction
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.queries.booking_policy import booking_policy
from portal.services.appointment_actor import Actor
from portal.services.mark_appointment import mark_row

BATCH = 100


def mark_missed(*, now: datetime, public_url: str = "") -> int:
    """How many were marked; a person may take each mark back. Run again it marks nobody twice."""
    marked = 0
    actor = Actor(None, "day", public_url=public_url)
    while True:
        with transaction() as session:
            late = now - timedelta(minutes=booking_policy(session).no_show_minutes)
            rows = session.scalars(
                select(Appointment)
                .join(VisitType, VisitType.id == Appointment.visit_type_id)
                .where(
                    Appointment.state == "booked",
                    Appointment.starts_at <= late,
                    VisitType.modality == "in_person",  # nobody arrives for a video visit
                )
                .order_by(Appointment.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True, of=Appointment)
            ).all()
            for row in rows:
                mark_row(session, row, AppointmentStep.MISS, actor=actor, now=now)
        marked += len(rows)
        if len(rows) < BATCH:
            return marked
