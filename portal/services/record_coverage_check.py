"""Somebody asked the payer about a coverage: what it said, under which number, and what that settles (SCH-10, SCH-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.visit_tasks import AHEAD, Stage, TaskKind, business_days_before
from portal.db import transaction
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment, AppointmentTask, CoverageCheck
from portal.models.calendar import Location
from portal.office_ports import Eligibility
from portal.queries.closed_days import closed_days
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

OPEN, DONE, WAIVED = "open", "done", "waived"


class CannotVerify(Refusal):
    """It cannot be written down so."""

    title = "Nothing was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswer:
    """How a task ended: done with its number, or given up with a reason."""

    waive: bool
    words: str
    reference: str = ""


def record_coverage_check(
    *,
    appointment_id: UUID,
    coverage_id: int,
    answer: Eligibility,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Keep the answer, and close the tasks of the visit that it answers today. Raises NotFound or CannotVerify."""
    check_free_text(answer.reference)
    if not answer.reference.strip():
        raise CannotVerify("Write down the payer’s number of the call or of the page.")
    with transaction() as session:
        row = session.get(Appointment, appointment_id, with_for_update=True)
        coverage = session.get(Coverage, coverage_id)
        if row is None or coverage is None or coverage.patient_id != row.patient_id:
            raise NotFound
        session.add(
            CoverageCheck(
                coverage_id=coverage_id,
                appointment_id=appointment_id,
                result=answer.result,
                method=answer.method,
                reference=answer.reference.strip(),
                facts=dict(answer.facts),
                checked_by_id=staff.login_id,
                at=now,
            )
        )
        for task in _answered(session, row, now):
            task.state, task.result, task.reference = DONE, answer.result, answer.reference.strip()
            task.done_by_id, task.done_at = staff.login_id, now
        _tell(session, staff, row, "verify", now)


def end_task(*, task_id: int, answer: TaskAnswer, staff: StaffViewer, now: datetime) -> UUID:
    """Done, or waived with a reason; which visit it was of. Ended before, nothing changes."""
    words = check_free_text(answer.words)
    check_free_text(answer.reference)
    if answer.waive and not words:
        raise CannotVerify("Write down why.")
    with transaction() as session:
        task = session.get(AppointmentTask, task_id, with_for_update=True)
        if task is None:
            raise NotFound
        row = session.get_one(Appointment, task.appointment_id)
        if task.state == OPEN:
            task.state = WAIVED if answer.waive else DONE
            task.result, task.reference = words, answer.reference.strip()
            task.done_by_id, task.done_at = staff.login_id, now
            _tell(session, staff, row, "waive" if answer.waive else "finish", now)
        return row.id


def override_coverage(
    *, appointment_id: UUID, reason: str, staff: StaffViewer, now: datetime
) -> None:
    """The visit goes on without a verified coverage, and why: every open task about it is waived (SCH-10)."""
    words = check_free_text(reason)
    if not words:
        raise CannotVerify("Write down why the visit goes on without.")
    with transaction() as session:
        row = session.get(Appointment, appointment_id, with_for_update=True)
        if row is None:
            raise NotFound
        tasks = [task for task in _coverage_tasks(session, row) if task.state == OPEN]
        if (
            not tasks
        ):  # everything was asked, and the answer was no: the override is a task of its own
            tasks = [_day_task(session, row)]
        for task in tasks:
            task.state, task.result = WAIVED, words
            task.done_by_id, task.done_at = staff.login_id, now
        _tell(session, staff, row, "waive", now)


def _day_task(session: Session, row: Appointment) -> AppointmentTask:
    known = {task.stage: task for task in _coverage_tasks(session, row)}
    task = known.get(Stage.DAY.value)
    if task is None:
        task = AppointmentTask(
            appointment_id=row.id,
            kind=TaskKind.COVERAGE.value,
            stage=Stage.DAY.value,
            due_on=row.starts_on,
        )
        session.add(task)
    return task


def _coverage_tasks(session: Session, row: Appointment) -> list[AppointmentTask]:
    found = select(AppointmentTask).where(
        AppointmentTask.appointment_id == row.id, AppointmentTask.kind == TaskKind.COVERAGE.value
    )
    return list(session.scalars(found.order_by(AppointmentTask.id).with_for_update()))


def _answered(session: Session, row: Appointment, now: datetime) -> list[AppointmentTask]:
    """The one at booking always; the others only near the visit."""
    zone = ZoneInfo(session.get_one(Location, row.location_id).time_zone)
    today = now.astimezone(zone).date()
    near = business_days_before(row.starts_on, AHEAD, closed_days(row.starts_on))
    first = {
        Stage.BOOKING.value: today,
        Stage.AHEAD.value: near,
        Stage.DAY.value: row.starts_on,
    }
    return [
        task
        for task in _coverage_tasks(session, row)
        if task.state == OPEN and today >= first[task.stage]
    ]


def _tell(
    session: Session, staff: StaffViewer, row: Appointment, action: str, now: datetime
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="visit_task",
        object_id=row.id,
        patient_ids=() if row.patient_id is None else (row.patient_id,),
        now=now,
    )
