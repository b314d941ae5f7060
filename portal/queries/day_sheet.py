"""What is still missing before the visits of a day."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from portal.db import read_only
from portal.models.appointments import AppointmentTask
from portal.queries.staff_appointment import TASKS


def missing_before(appointment_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The open tasks of each, in words, each kind once; whoever lacks nothing is not in it."""
    with read_only() as session:
        rows = session.execute(
            select(AppointmentTask.appointment_id, AppointmentTask.kind)
            .where(
                AppointmentTask.appointment_id.in_(appointment_ids),
                AppointmentTask.state == "open",
            )
            .order_by(AppointmentTask.due_on, AppointmentTask.id)
        ).all()
    found: dict[UUID, dict[str, None]] = {}
    for appointment_id, kind in rows:
        found.setdefault(appointment_id, {})[TASKS.get(kind, kind)] = None
    return {appointment_id: tuple(kinds) for appointment_id, kinds in found.items()}
