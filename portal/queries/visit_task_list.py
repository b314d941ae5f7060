"""What is to be done before visits, by deadline; and one visit's tasks with its coverages and what was heard of them (SCH-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import aliased

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.appointments import Appointment, AppointmentTask, CoverageCheck
from portal.models.calendar import Location
from portal.models.identity import Login
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.paging import Page, limits, page_of

OF_ONE_VISIT = 50  # far more than there are kinds of tasks
KINDS = {
    "coverage": "Verify the coverage",
    "referral": "Get the referral",
    "authorisation": "Get the authorisation",
    "estimate": "Show the estimate",
    "card": "Ask for the card",
}
STAGES = {"": "", "booking": "at booking", "ahead": "3 business days ahead", "day": "on the day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which part of the list."""

    kind: str = ""
    location_id: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task."""

    id: int
    appointment_id: UUID
    kind: str
    stage: str
    words: str
    due_on: date
    state: str
    escalation: int
    result: str
    reference: str
    done_by: str
    done_at: datetime | None
    person_name: str
    patient_id: int | None
    location_name: str
    zone: str
    starts_at: datetime

    def late(self, on: date) -> bool:
        return self.state == "open" and self.due_on < on


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """What somebody heard of a coverage."""

    at: datetime
    by: str
    result: str
    method: str
    reference: str
    figures: dict[str, Money]
    qmb: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A coverage of the person, with what was heard, the newest first."""

    id: int
    payer: str
    plan_name: str
    member_id: str
    sequence: str
    ended_on: date | None
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTasks:
    """One visit with its tasks and its coverages."""

    visit: AppointmentFacts
    tasks: tuple[TaskRow, ...]
    coverages: tuple[CoverageRow, ...]


def task_list(wanted: TaskFilter, *, on: date, page: int) -> Page[TaskRow]:
    """One page of the open tasks, by deadline; one query."""
    where: list[ColumnElement[bool]] = [AppointmentTask.state == "open"]
    if wanted.kind:
        where.append(AppointmentTask.kind == wanted.kind)
    if wanted.location_id is not None:
        where.append(Appointment.location_id == wanted.location_id)
    if wanted.late:
        where.append(AppointmentTask.due_on < on)
    offset, limit = limits(page)
    return page_of(_rows(*where, offset=offset, limit=limit), page)


def task_places() -> tuple[tuple[int, str], ...]:
    """The places to narrow the list by."""
    with read_only() as session:
        rows = session.execute(
            select(Location.id, Location.name).where(Location.active).order_by(Location.name)
        )
        return tuple((place_id, name) for place_id, name in rows)


def visit_of_task(task_id: int) -> UUID | None:
    """Whose visit a task is of; None when there is none."""
    with read_only() as session:
        task = session.get(AppointmentTask, task_id)
        return task.appointment_id if task else None


def visit_tasks(appointment_id: UUID) -> VisitTasks | None:
    """One visit; None when there is none."""
    with read_only() as session:
        visits = appointment_facts(session, Appointment.id == appointment_id)
        if not visits or visits[0].state in ("held", "expired"):
            return None
        [visit] = visits
        coverages = session.execute(
            select(Coverage, Payer.name)
            .join(Payer, Payer.id == Coverage.payer_id)
            .where(Coverage.patient_id == visit.patient_id)
            .order_by(Coverage.sequence, Coverage.id)
        ).all()
        checks = session.execute(
            select(CoverageCheck, Login.name)
            .outerjoin(Login, Login.id == CoverageCheck.checked_by_id)
            .where(CoverageCheck.coverage_id.in_([row.Coverage.id for row in coverages]))
            .order_by(CoverageCheck.at.desc(), CoverageCheck.id.desc())
        ).all()
    return VisitTasks(
        visit=visit,
        tasks=_rows(
            AppointmentTask.appointment_id == appointment_id, AppointmentTask.state != "dropped"
        ),
        coverages=tuple(
            CoverageRow(
                id=row.id,
                payer=payer,
                plan_name=row.plan_name,
                member_id=row.member_id,
                sequence=row.sequence,
                ended_on=row.ended_on,
                checks=tuple(
                    _check(check, by or "") for check, by in checks if check.coverage_id == row.id
                ),
            )
            for row, payer in coverages
        ),
    )


def _check(row: CoverageCheck, by: str) -> CheckRow:
    return CheckRow(
        at=row.at,
        by=by,
        result=row.result,
        method=row.method,
        reference=row.reference,
        figures={name: Money(said) for name, said in row.facts.items() if type(said) is int},
        qmb=bool(row.facts.get("qmb")),
    )


def _rows(
    *where: ColumnElement[bool], offset: int = 0, limit: int = OF_ONE_VISIT
) -> tuple[TaskRow, ...]:
    name = func.coalesce(
        func.nullif(func.concat_ws(" ", Patient.first_name, Patient.last_name), ""), Login.name
    )
    ended = aliased(Login)
    with read_only() as session:
        rows = session.execute(
            select(
                AppointmentTask,
                Appointment.starts_at,
                Appointment.patient_id,
                Location.name.label("place"),
                Location.time_zone,
                name.label("person"),
                ended.name.label("done_by"),
            )
            .join(Appointment, Appointment.id == AppointmentTask.appointment_id)
            .join(Location, Location.id == Appointment.location_id)
            .outerjoin(Patient, Patient.id == Appointment.patient_id)
            .outerjoin(Login, Login.id == Appointment.newcomer_id)
            .outerjoin(ended, ended.id == AppointmentTask.done_by_id)
            .where(*(where or (true(),)))
            .order_by(AppointmentTask.due_on, Appointment.starts_at, AppointmentTask.id)
            .offset(offset)
            .limit(limit)
        ).all()
    return tuple(
        TaskRow(
            id=row.AppointmentTask.id,
            appointment_id=row.AppointmentTask.appointment_id,
            kind=row.AppointmentTask.kind,
            stage=row.AppointmentTask.stage,
            words=" ".join(
                part
                for part in (KINDS[row.AppointmentTask.kind], STAGES[row.AppointmentTask.stage])
                if part
            ),
            due_on=row.AppointmentTask.due_on,
            state=row.AppointmentTask.state,
            escalation=row.AppointmentTask.escalation,
            result=row.AppointmentTask.result,
            reference=row.AppointmentTask.reference,
            done_by=row.done_by or "",
            done_at=row.AppointmentTask.done_at,
            person_name=row.person or "",
            patient_id=row.patient_id,
            location_name=row.place,
            zone=row.time_zone,
            starts_at=row.starts_at,
        )
        for row in rows
    )
