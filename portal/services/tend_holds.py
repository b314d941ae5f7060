"""Holds that nobody confirmed are over, also where nobody else wants their time (SCH-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.db import transaction
from portal.models.appointments import Appointment
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import expire

BATCH = 200


def tend_holds(*, now: datetime) -> int:
    """How many were cleared away. Rows in other hands are left to them."""
    cleared = 0
    actor = Actor(None, "day")
    while True:
        with transaction() as session:
            rows = session.scalars(
                select(Appointment)
                .where(Appointment.state == "held", Appointment.held_until <= now)
                .order_by(Appointment.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            expire(session, rows, actor=actor, now=now)
            for row in rows:
                after_appointment(session, appointment=row, kind="expired", actor=actor, now=now)
        cleared += len(rows)
        if len(rows) < BATCH:
            return cleared
