"""Somebody says that they will come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from portal.db import transaction
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor, CannotChangeVisit
from portal.services.appointment_time import locked, note_event


def confirm_appointment(*, appointment_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep when and by which way, once for each time that it is set. Raises CannotChangeVisit or NotFound."""
    with transaction() as session:
        row = locked(session, appointment_id)
        if row.state != "booked":
            raise CannotChangeVisit("This visit is not waiting to be confirmed.")
        if row.confirmed_at is None:
            row.confirmed_at, row.confirmed_via = now, actor.via
            note_event(session, row, "confirmed", actor=actor, now=now)
            after_appointment(session, appointment=row, kind="confirmed", actor=actor, now=now)
