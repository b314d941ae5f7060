"""What the office has to have done before a visit: opened when it is booked, moved with it, dropped with it (SCH-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import INSURANCE, Card, needs_card
from billing.money import ZERO
from billing.visit_tasks import (
    AHEAD,
    Stage,
    Task,
    TaskKind,
    VisitNeeds,
    business_days_before,
    tasks_of,
)
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment, AppointmentTask
from portal.models.calendar import Location, VisitType
from portal.queries.check_in_facts import card_shown_at
from portal.queries.closed_days import closed_days

MAKES = frozenset({"booked", "moved", "undone"})
DROPS = frozenset({"canceled", "no_show", "done", "expired"})
OPEN, DONE, DROPPED = "open", "done", "dropped"
NO_COPAY = "none"


def keep_tasks(session: Session, *, appointment: Appointment, kind: str, now: datetime) -> None:
    """Of the hub, in the transaction of what happened to the visit."""
    if kind in DROPS:
        _drop(session, appointment)
    elif kind in MAKES and appointment.state in {"booked", "arrived", "in_room"}:
        _keep(session, appointment, moved=kind == "moved", now=now)


def _drop(session: Session, appointment: Appointment) -> None:
    for row in _rows(session, appointment):
        if row.state == OPEN:
            row.state = DROPPED


def _keep(session: Session, appointment: Appointment, *, moved: bool, now: datetime) -> None:
    """Exactly the tasks that the visit needs now; what was done before a move is done again where it got old."""
    facts = _facts(session, appointment, now)
    wanted = {(task.kind, task.stage): task for task in tasks_of(facts.needs, facts.holidays)}
    known = {(row.kind, row.stage): row for row in _rows(session, appointment)}
    for key, task in wanted.items():
        row = known.get((key[0].value, key[1].value))
        if row is None:
            session.add(_task(appointment, task))
        elif row.state == DROPPED or (moved and _is_old(row, facts)):
            _open_again(row, task)
        elif row.state == OPEN:
            row.due_on = task.due_on
    names = {(kind.value, stage.value) for kind, stage in wanted}
    for named, row in known.items():
        if named not in names and row.state == OPEN:
            row.state = DROPPED


def _task(appointment: Appointment, task: Task) -> AppointmentTask:
    return AppointmentTask(
        appointment_id=appointment.id,
        kind=task.kind.value,
        stage=task.stage.value,
        due_on=task.due_on,
    )


def _open_again(row: AppointmentTask, task: Task) -> None:
    row.state, row.due_on, row.escalation = OPEN, task.due_on, 0
    row.done_at = row.done_by_id = None
    row.result = row.reference = ""


@dataclass(frozen=True, slots=True)
class _Visit:
    needs: VisitNeeds
    zone: ZoneInfo
    holidays: frozenset[date]


def _facts(session: Session, appointment: Appointment, now: datetime) -> _Visit:
    zone = ZoneInfo(session.get_one(Location, appointment.location_id).time_zone)
    visit_type = session.get_one(VisitType, appointment.visit_type_id)
    booked_at = appointment.booked_at or now
    insured = appointment.coverage_intent == INSURANCE
    needs = VisitNeeds(
        starts_on=appointment.starts_on,
        booked_on=booked_at.astimezone(zone).date(),
        insured=insured,
        needs_referral=visit_type.needs_referral,
        needs_authorisation=visit_type.needs_authorisation,
        may_cost=visit_type.copay_class != NO_COPAY or visit_type.estimate > ZERO,
        card_old=insured and _card_is_old(session, appointment, zone),
    )
    return _Visit(needs, zone, closed_days(appointment.starts_on))


def _card_is_old(session: Session, appointment: Appointment, zone: ZoneInfo) -> bool:
    """Whether the card of the plan for this visit, or of any of the person's, has to be shown again."""
    named = (
        Coverage.id == appointment.coverage_id
        if appointment.coverage_id is not None
        else Coverage.patient_id == appointment.patient_id
    )
    rows = session.execute(select(Coverage.id, Coverage.effective_on, card_shown_at()).where(named))
    return any(
        needs_card(
            Card(row[0], row[2].astimezone(zone).date() if row[2] else None, row[1]),
            on=appointment.starts_on,
        )
        for row in rows
    )


def _is_old(row: AppointmentTask, visit: _Visit) -> bool:
    """A coverage that was verified for an earlier day is verified again near the new one."""
    if row.state != DONE or row.done_at is None or row.kind != TaskKind.COVERAGE:
        return False
    if row.stage not in (Stage.AHEAD, Stage.DAY):
        return False
    first = business_days_before(visit.needs.starts_on, AHEAD, visit.holidays)
    return row.done_at.astimezone(visit.zone).date() < first


def _rows(session: Session, appointment: Appointment) -> list[AppointmentTask]:
    session.flush()
    return list(
        session.scalars(
            select(AppointmentTask)
            .where(AppointmentTask.appointment_id == appointment.id)
            .order_by(AppointmentTask.id)
        )
    )
