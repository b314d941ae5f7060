"""Referrals and authorisations that nobody has two business days before a visit rise, and are decided the day before (SCH-10)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_tasks import DECIDE, ESCALATED, NOBODY_TOLD, escalation
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment, AppointmentTask
from portal.models.work import WorkItem
from portal.queries.closed_days import closed_days
from portal.services.open_work import open_work

KIND = "visit_authorisation"
REASONS = {1: "Two business days before the visit it is not there.", 2: "The visit is next."}
NEXT = {
    1: "Ask the doctor who refers, or the plan, today.",
    2: "Decide today: move the visit, let the patient pay by choice, or have the notice signed.",
}


def escalate_tasks(*, on: date, now: datetime) -> int:
    """Raise what is open, once for each step, and close the items of what is not open any more; how many rose."""
    risen = 0
    with transaction() as session:
        rows = session.execute(
            select(AppointmentTask, Appointment.starts_on, Patient.guarantor_account_id)
            .join(Appointment, Appointment.id == AppointmentTask.appointment_id)
            .outerjoin(Patient, Patient.id == Appointment.patient_id)
            .where(
                AppointmentTask.state == "open",
                AppointmentTask.kind.in_([kind.value for kind in ESCALATED]),
                Appointment.starts_on >= on,
            )
            .order_by(AppointmentTask.id)
            .with_for_update(of=AppointmentTask)
        ).all()
        for task, starts_on, account_id in rows:
            step = escalation(
                task.kind, starts_on=starts_on, on=on, holidays=closed_days(starts_on)
            )
            if step <= task.escalation or step == NOBODY_TOLD:
                continue
            task.escalation = step
            risen += 1
            if account_id is not None:
                _open(session, task, account_id=account_id, starts_on=starts_on, on=on, now=now)
        _close_ended(session, now)
    return risen


def _open(
    session: Session,
    task: AppointmentTask,
    *,
    account_id: int,
    starts_on: date,
    on: date,
    now: datetime,
) -> None:
    step = task.escalation
    what = "referral" if task.kind == "referral" else "authorisation"
    open_work(
        session,
        key=f"{KIND}:{task.id}:{step}",
        kind=KIND,
        reasons=[f"A visit on {starts_on:%B} {starts_on.day} needs a {what}. {REASONS[step]}"],
        next_step=NEXT[step],
        account_id=account_id,
        due_on=starts_on if step == DECIDE else on,
        now=now,
    )


def _close_ended(session: Session, now: datetime) -> None:
    """Whatever became of the task ends its items."""
    items = session.scalars(
        select(WorkItem).where(WorkItem.kind == KIND, WorkItem.closed_at.is_(None))
    ).all()
    ids = {int(item.dedupe_key.split(":")[1]): item for item in items}
    states = session.execute(
        select(AppointmentTask.id, AppointmentTask.state).where(AppointmentTask.id.in_(ids))
    )
    ended = {task_id for task_id, state in states if state != "open"}
    for item in items:
        if int(item.dedupe_key.split(":")[1]) in ended:
            item.closed_at, item.outcome = now, "corrected"
