"""The good-faith estimate of a visit without a plan: owed when it is booked, again when it changes, no more when it ends (NSA-2, NSA-4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, due_when_booked, due_when_changed
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.estimates import EstimateTie, GoodFaithEstimate
from portal.models.work import WorkItem
from portal.services.close_work import close_work
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act

MAKES = frozenset({"booked", "moved", "undone"})
DROPS = frozenset({"canceled", "no_show", "done", "expired"})
GIVES_BACK = frozenset({"canceled", "expired"})  # who is marked as missed may have come
WORK = "estimate_due"
DROPPED_AS = "not_ours"  # the list of outcomes has no closer word for work that fell away


def keep_estimate(session: Session, *, appointment: Appointment, kind: str, now: datetime) -> None:
    """Of the hub, in the transaction of what happened to the visit."""
    if kind in DROPS:
        _drop(session, appointment, now)
        if kind in GIVES_BACK:
            _untie(session, appointment, now)
    elif (
        kind in MAKES and appointment.state == "booked" and appointment.coverage_intent in SELF_PAY
    ):
        _keep(session, appointment, practice_date(session, now), now)


def _keep(session: Session, appointment: Appointment, on: date, now: datetime) -> None:
    """A deadline that runs is never put off; what was given for another day or provider is given anew."""
    session.flush()
    due = _of(session, appointment, "due")
    if due is not None:
        due.service_on = appointment.starts_on
        return
    given = _of(session, appointment, "issued")
    if given is not None:
        owe(
            session,
            GoodFaithEstimate(
                appointment_id=appointment.id,
                why="changed",
                asked_on=on,
                service_on=appointment.starts_on,
                due_on=due_when_changed(on, appointment.starts_on),
                version=given.version + 1,
                supersedes_id=given.id,
                created_at=now,
            ),
            now=now,
        )
        return
    by = due_when_booked(on, appointment.starts_on)
    if by is not None:
        owe(
            session,
            GoodFaithEstimate(
                appointment_id=appointment.id,
                why="booked",
                asked_on=on,
                service_on=appointment.starts_on,
                due_on=by,
                created_at=now,
            ),
            now=now,
        )


def owe(session: Session, row: GoodFaithEstimate, *, now: datetime) -> None:
    """Write down that it is owed, and open the work of giving it, due on the same day."""
    session.add(row)
    session.flush()
    patient_id = row.patient_id or session.scalar(
        select(Appointment.patient_id).where(Appointment.id == row.appointment_id)
    )
    open_work(
        session,
        key=work_key(row.id),
        kind=WORK,
        reasons=[_reason(row)],
        next_step="Open Estimates, check the lines and give it.",
        account_id=session.scalar(
            select(Patient.guarantor_account_id).where(Patient.id == patient_id)
        ),
        due_on=row.due_on,
        now=now,
    )


def carry_estimates(session: Session, *, login_id: int, patient_id: int, account_id: int) -> None:
    """What a sign-in asked for or is owed for its visits is of its record from now on, and so is the work of giving it."""
    session.flush()
    session.execute(
        update(GoodFaithEstimate)
        .where(GoodFaithEstimate.newcomer_id == login_id)
        .values(patient_id=patient_id, newcomer_id=None)
    )
    due = session.scalars(
        select(GoodFaithEstimate.id)
        .outerjoin(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
        .where(
            GoodFaithEstimate.state == "due",
            or_(GoodFaithEstimate.patient_id == patient_id, Appointment.patient_id == patient_id),
        )
    ).all()
    session.execute(
        update(WorkItem)
        .where(WorkItem.dedupe_key.in_([work_key(one) for one in due]))
        .values(guarantor_account_id=account_id)
    )


def work_key(estimate_id: int) -> str:
    """By which its work is known."""
    return f"estimate:{estimate_id}"


def _drop(session: Session, appointment: Appointment, now: datetime) -> None:
    session.flush()
    due = _of(session, appointment, "due")
    if due is not None:
        due.state = "dropped"
        close_work(session, work_key(due.id), by=None, outcome=DROPPED_AS, now=now)


def _untie(session: Session, appointment: Appointment, now: datetime) -> None:
    """What was asked for before this visit may be of the next one."""
    ended = session.scalars(
        update(EstimateTie)
        .where(EstimateTie.appointment_id == appointment.id, EstimateTie.ended_at.is_(None))
        .values(ended_at=now)
        .returning(EstimateTie.estimate_id)
    ).all()
    for estimate_id in ended:
        patient = session.get_one(Patient, appointment.patient_id)
        add_staff_act(
            session,
            None,
            action="untie",
            object_type="estimate",
            object_id=estimate_id,
            account_ids=(patient.guarantor_account_id,),
            patient_ids=(patient.id,),
            now=now,
        )


def _of(session: Session, appointment: Appointment, state: str) -> GoodFaithEstimate | None:
    return session.scalar(
        select(GoodFaithEstimate)
        .where(GoodFaithEstimate.appointment_id == appointment.id, GoodFaithEstimate.state == state)
        .with_for_update()
    )


def _reason(row: GoodFaithEstimate) -> str:
    return {
        "booked": "A visit without a plan was booked: a good-faith estimate is due.",
        "asked": "Somebody asked what care will cost: a good-faith estimate is due.",
        "changed": "A visit changed after its estimate was given: a new one is due.",
    }[row.why]
