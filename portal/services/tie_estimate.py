"""Staff say of which visit or bill an estimate is that was asked for without one; the bill is compared with it at once (NSA-6)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, keep_until, valid_since
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.claims import Visit
from portal.models.estimates import EstimateTie, GoodFaithEstimate
from portal.queries.estimate_sums import estimates_of_days
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.compare_estimates import compare_estimates
from portal.services.hold_unestimated import MISSING, UNCLEAR, hold_key, hold_missing
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotTie(Refusal):
    """It was not given, is tied, is of another person or time, or the role may not."""

    title = "The estimate was not tied"


def tie_estimate(
    *,
    staff: StaffViewer,
    estimate_id: int,
    appointment_id: UUID | None = None,
    visit_id: int | None = None,
    now: datetime,
) -> None:
    """To a booked visit or a bill, of just one. Raises CannotTie or NotFound."""
    _may(staff)
    with transaction() as session:
        row, patient = _of(session, estimate_id)
        if _standing(session, estimate_id) is not None:
            raise CannotTie("It is tied to a visit or bill already.")
        if visit_id is not None:
            visit = session.get(Visit, visit_id)
            if visit is None:
                raise NotFound
            _fits(row, patient, visit.patient_id, visit.service_on, visit.coverage_intent)
        else:
            booked = session.get(Appointment, appointment_id) if appointment_id else None
            if booked is None or booked.patient_id is None:
                raise NotFound
            _fits(row, patient, booked.patient_id, booked.starts_on, booked.coverage_intent)
            visit = session.get(Visit, booked.visit_id) if booked.visit_id else None
        session.add(
            EstimateTie(
                estimate_id=estimate_id,
                appointment_id=appointment_id,
                visit_id=visit_id,
                tied_at=now,
                tied_by_id=staff.login_id,
            )
        )
        session.flush()
        if visit is not None:
            for kind in (UNCLEAR, MISSING):
                _close(session, kind, visit.id, staff, outcome="done", now=now)
            compare_estimates(session, [visit], now=now)
        _note(session, staff, row, patient, action="tie", now=now)


def untie_estimate(*, staff: StaffViewer, estimate_id: int, now: datetime) -> None:
    """It is of other care; a bill that is held for it is compared again by whoever looks at that."""
    _may(staff)
    with transaction() as session:
        row, patient = _of(session, estimate_id)
        tie = _standing(session, estimate_id)
        if tie is None:
            raise CannotTie("It is tied to nothing.")
        tie.ended_at, tie.ended_by_id = now, staff.login_id
        session.flush()
        visit = session.get(Visit, tie.visit_id) if tie.visit_id else None
        if visit is not None:
            day = (visit.patient_id, visit.service_on)
            if not estimates_of_days(session, [day]):
                hold_missing(session, {day: [visit]}, now=now)
        _note(session, staff, row, patient, action="untie", now=now)


def tie_none(*, staff: StaffViewer, visit_id: int, now: datetime) -> None:
    """None of the estimates is of this bill; it is free, unless one was owed and never given."""
    _may(staff)
    with transaction() as session:
        visit = session.get(Visit, visit_id)
        if visit is None or not _close(
            session, UNCLEAR, visit_id, staff, outcome="not_ours", now=now
        ):
            raise NotFound
        hold_missing(session, {(visit.patient_id, visit.service_on): [visit]}, now=now)
        add_staff_act(
            session,
            staff,
            action="untie",
            object_type="visit",
            object_id=visit_id,
            account_ids=(visit.guarantor_account_id,),
            patient_ids=(visit.patient_id,),
            now=now,
        )


def _may(staff: StaffViewer) -> None:
    if not staff.may("tasks.work"):
        raise CannotTie("Your role cannot work on estimates.")


def _of(session: Session, estimate_id: int) -> tuple[GoodFaithEstimate, Patient]:
    row = session.get(GoodFaithEstimate, estimate_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.state != "issued" or row.patient_id is None:
        raise CannotTie("Only an estimate that was asked for and given can be tied.")
    return row, session.get_one(Patient, row.patient_id)


def _standing(session: Session, estimate_id: int) -> EstimateTie | None:
    return session.scalar(
        select(EstimateTie)
        .where(EstimateTie.estimate_id == estimate_id, EstimateTie.ended_at.is_(None))
        .with_for_update()
    )


def _fits(
    row: GoodFaithEstimate, patient: Patient, patient_id: int, day: date, intent: str
) -> None:
    if patient_id not in {patient.id, patient.merged_into_id} or intent not in SELF_PAY:
        raise CannotTie("The estimate is of another person, or the visit is billed to a plan.")
    given = row.keep_until
    if given is None or not keep_until(valid_since(day)) <= given <= keep_until(day):
        raise CannotTie("The visit is before the estimate, or more than a year after it.")


def _close(
    session: Session, kind: str, visit_id: int, staff: StaffViewer, *, outcome: str, now: datetime
) -> bool:
    key = hold_key(kind, visit_id)
    return close_work(session, key, by=staff.login_id, outcome=outcome, now=now)


def _note(
    session: Session,
    staff: StaffViewer,
    row: GoodFaithEstimate,
    patient: Patient,
    *,
    action: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="estimate",
        object_id=row.id,
        account_ids=(patient.guarantor_account_id,),
        patient_ids=(patient.id,),
        now=now,
    )
