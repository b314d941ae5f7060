"""Tasks to ask for a card end by themselves once both sides of it were accepted (SCH-10, SCH-14)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from billing.check_in import Card, needs_card
from billing.visit_tasks import TaskKind
from portal.db import transaction
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment, AppointmentTask
from portal.models.calendar import Location
from portal.queries.check_in_facts import card_shown_at

HERE = "The pictures are here"


def close_card_tasks(*, now: datetime) -> int:
    """How many ended; one query for all of them."""
    of_visit = or_(
        Coverage.id == Appointment.coverage_id,
        and_(Appointment.coverage_id.is_(None), Coverage.patient_id == Appointment.patient_id),
    )
    with transaction() as session:
        rows = session.execute(
            select(
                AppointmentTask,
                Appointment.starts_on,
                Location.time_zone,
                Coverage.id,
                Coverage.effective_on,
                card_shown_at(),
            )
            .join(Appointment, Appointment.id == AppointmentTask.appointment_id)
            .join(Location, Location.id == Appointment.location_id)
            .join(Coverage, of_visit)
            .where(AppointmentTask.kind == TaskKind.CARD.value, AppointmentTask.state == "open")
            .order_by(AppointmentTask.id)
            .with_for_update(of=AppointmentTask)
        ).all()
        waits: dict[int, bool] = {}
        tasks = {row[0].id: row[0] for row in rows}
        for task, starts_on, zone, coverage_id, changed_on, shown_at in rows:
            shown_on = shown_at.astimezone(ZoneInfo(zone)).date() if shown_at else None
            asked = needs_card(Card(coverage_id, shown_on, changed_on), on=starts_on)
            waits[task.id] = waits.get(task.id, False) or asked
        ended = [tasks[task_id] for task_id, asked in waits.items() if not asked]
        for task in ended:
            task.state, task.result, task.done_at = "done", HERE, now
    return len(ended)
