"""The demo's front desk: the office's tasks of the next days, and check-ins of today at other points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import Step
from portal.db import transaction
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment, AppointmentTask, CoverageCheck
from portal.models.check_in import CheckInStep
from portal.models.identity import Login
from portal.services.publish_form import publish_starter_forms
from portal.services.visit_tasks import keep_tasks
from tools.demo_practice import ZONE

SEED = 12
DAYS = timedelta(days=4)
DONE_IN_TIME, COPAY = 0.97, 2_500
# How far somebody came on the phone; the first one has not begun, nor has whoever booked on our pages: theirs to try.
REACHED: tuple[tuple[Step, ...], ...] = (
    (),
    (Step.IDENTITY,),
    (Step.IDENTITY, Step.CONTACT),
    (Step.IDENTITY, Step.CONTACT, Step.COVERAGE, Step.ACCIDENT),
)


def prepare_desk(*, now: datetime) -> None:
    """Publish the forms; open the tasks of the visits of these days, most of those that are due done."""
    publish_starter_forms(now)
    dice, today = Random(SEED), now.astimezone(ZONE).date()
    with transaction() as session:
        biller = session.scalars(
            select(Login.id).where(Login.face == "staff", Login.role == "biller")
        ).one()
        rows = session.scalars(
            select(Appointment)
            .where(
                Appointment.starts_on.between(today, today + DAYS),
                Appointment.state.in_(("booked", "arrived", "in_room")),
            )
            .order_by(Appointment.starts_at, Appointment.id)
        ).all()
        for row in rows:
            keep_tasks(session, appointment=row, kind="booked", now=row.booked_at or now)
            session.add_all(
                CheckInStep(
                    appointment_id=row.id,
                    step=step.value,
                    via="portal",
                    detail={"accident": "no", "work": "no"} if step is Step.ACCIDENT else {},
                    done_at=now - timedelta(hours=dice.randint(2, 30)),
                )
                for step in (dice.choice(REACHED) if row.booked_via == "staff" else ())
            )
        session.flush()
        _work_off(session, rows, dice, biller, now)


def _work_off(
    session: Session,
    rows: Sequence[Appointment],
    dice: Random,
    biller: int,
    now: datetime,
) -> None:
    by_id = {row.id: row for row in rows}
    primary = select(Coverage.patient_id, Coverage.id).where(Coverage.sequence == "P")
    plans = dict(iter(session.execute(primary)))
    tasks = session.scalars(
        select(AppointmentTask).where(
            AppointmentTask.appointment_id.in_(by_id),
            AppointmentTask.due_on <= now.astimezone(ZONE).date(),
        )
    )
    for task in tasks:
        if dice.random() > DONE_IN_TIME:
            continue
        task.state, task.done_at, task.done_by_id = "done", now - timedelta(hours=20), biller
        coverage = plans.get(by_id[task.appointment_id].patient_id or 0)
        if task.kind == "coverage" and coverage is not None:
            task.result, task.reference = "active", f"DEMO-{task.id:06d}"
            session.add(
                CoverageCheck(
                    coverage_id=coverage,
                    appointment_id=task.appointment_id,
                    result="active",
                    method="payer_site",
                    reference=task.reference,
                    facts={"copay_primary": COPAY, "copay_specialist": 2 * COPAY},
                    checked_by_id=biller,
                    at=task.done_at,
                )
            )
