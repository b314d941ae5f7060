"""Which visit or bill an estimate is of that was asked for without one, for staff to say (NSA-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, keep_until, valid_since
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.models.claims import Charge, Visit
from portal.models.estimates import EstimateLine, EstimateTie, GoodFaithEstimate
from portal.models.identity import Login
from portal.models.work import WorkItem
from portal.queries.estimate_sums import NOT_SEEN
from portal.queries.estimate_ties import untied_estimates

UNCLEAR = "estimate_unclear"
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """What an estimate is tied to, and by whom; nobody: it named the services of the bill alone."""

    day: date
    is_bill: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One visit or bill that it may be of."""

    appointment_id: UUID | None
    visit_id: int | None
    day: date
    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearRow:
    """One bill that one of several estimates may be of."""

    visit_id: int
    account_id: int
    patient_id: int
    person: str
    service_on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One estimate that was asked for, with what it names."""

    id: int
    about: str
    asked_on: date
    total: Money
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearPage:
    """The bill with its services, and the estimates."""

    row: UnclearRow
    lines: tuple[tuple[str, str, Money], ...]
    candidates: tuple[Candidate, ...]


def tie_of(estimate_id: int) -> Tied | None:
    """The one that stands."""
    day = func.coalesce(Appointment.starts_on, Visit.service_on)
    with read_only() as session:
        row = session.execute(
            select(EstimateTie, day, func.coalesce(func.nullif(Login.name, ""), Login.email))
            .outerjoin(Appointment, Appointment.id == EstimateTie.appointment_id)
            .outerjoin(Visit, Visit.id == EstimateTie.visit_id)
            .outerjoin(Login, Login.id == EstimateTie.tied_by_id)
            .where(EstimateTie.estimate_id == estimate_id, EstimateTie.ended_at.is_(None))
        ).one_or_none()
    if row is None:
        return None
    tie, when, by = row
    return Tied(day=when, is_bill=tie.visit_id is not None, by=by or "")


def asked_before(patient_id: int | None, service_on: date | None) -> tuple[Candidate, ...]:
    """What this person asked for before a visit of that day, and is tied to nothing."""
    if patient_id is None or service_on is None:
        return ()
    with read_only() as session:
        ids = untied_estimates(session, [(patient_id, service_on)]).get((patient_id, service_on))
        return _candidates(session, ids) if ids else ()


def tie_choices(estimate_id: int) -> tuple[Choice, ...]:
    """Visits without a plan of that person, the newest first, while the estimate may speak for them."""
    billed = select(func.sum(Charge.billed)).where(Charge.visit_id == Visit.id).scalar_subquery()
    with read_only() as session:
        estimate = session.get(GoodFaithEstimate, estimate_id)
        if estimate is None or estimate.patient_id is None or estimate.keep_until is None:
            return ()
        patient = session.get_one(Patient, estimate.patient_id)
        people = [patient.id, *([patient.merged_into_id] if patient.merged_into_id else [])]
        bills = session.execute(
            select(Visit, billed)
            .where(Visit.patient_id.in_(people), Visit.coverage_intent.in_(SELF_PAY))
            .order_by(Visit.service_on.desc(), Visit.id)
            .limit(SHOWN)
        ).all()
        booked = session.execute(
            select(Appointment, VisitType.name)
            .join(VisitType, VisitType.id == Appointment.visit_type_id)
            .where(
                Appointment.patient_id.in_(people),
                Appointment.coverage_intent.in_(SELF_PAY),
                Appointment.state.not_in((*NOT_SEEN, "no_show")),
                Appointment.visit_id.is_(None),
            )
            .order_by(Appointment.starts_on.desc(), Appointment.id)
            .limit(SHOWN)
        ).all()
    choices = [
        Choice(
            appointment_id=None,
            visit_id=visit.id,
            day=visit.service_on,
            what="Bill",
            amount=amount or ZERO,
        )
        for visit, amount in bills
    ] + [
        Choice(appointment_id=one.id, visit_id=None, day=one.starts_on, what=name, amount=ZERO)
        for one, name in booked
    ]
    kept = estimate.keep_until
    return tuple(
        one for one in choices if keep_until(valid_since(one.day)) <= kept <= keep_until(one.day)
    )


def unclear_bills(visit_id: int | None = None) -> tuple[UnclearRow, ...]:
    """Bills that wait for somebody to say so, the oldest first; or the one."""
    with read_only() as session:
        rows = session.execute(
            select(WorkItem.amount, Visit, Patient)
            .join(Visit, Visit.id == WorkItem.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(
                WorkItem.kind == UNCLEAR,
                WorkItem.closed_at.is_(None),
                *([Visit.id == visit_id] if visit_id is not None else []),
            )
            .order_by(WorkItem.id)
        ).all()
    return tuple(
        UnclearRow(
            visit_id=visit.id,
            account_id=visit.guarantor_account_id,
            patient_id=patient.id,
            person=patient.full_name,
            service_on=visit.service_on,
            amount=amount,
        )
        for amount, visit, patient in rows
    )


def unclear_page(visit_id: int) -> UnclearPage | None:
    """One of them with what may be of it; None when it does not wait."""
    found = unclear_bills(visit_id)
    if not found:
        return None
    [row] = found
    with read_only() as session:
        lines = session.execute(
            select(Charge.procedure_code, Charge.description, Charge.billed)
            .where(Charge.visit_id == visit_id)
            .order_by(Charge.line_number)
        ).all()
        day = (row.patient_id, row.service_on)
        ids = untied_estimates(session, [day]).get(day, [])
        candidates = _candidates(session, ids)
    return UnclearPage(
        row=row,
        lines=tuple((line[0], line[1], line[2]) for line in lines),
        candidates=candidates,
    )


def _candidates(session: Session, ids: Collection[int]) -> tuple[Candidate, ...]:
    rows = session.execute(
        select(GoodFaithEstimate, func.array_agg(EstimateLine.procedure.distinct()).label("codes"))
        .join(EstimateLine, EstimateLine.estimate_id == GoodFaithEstimate.id)
        .where(GoodFaithEstimate.id.in_(ids))
        .group_by(GoodFaithEstimate.id)
        .order_by(GoodFaithEstimate.id)
    ).all()
    return tuple(
        Candidate(
            id=one.id,
            about=one.about,
            asked_on=one.asked_on,
            total=one.total,
            codes=tuple(codes),
        )
        for one, codes in rows
    )
