"""Federal disputes of bills above their estimate as the office works them: by when we answer, and one with its bill (NSA-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from billing.estimates import dispute_until
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Charge, Visit
from portal.models.estimate_disputes import EstimateDispute
from portal.models.identity import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedBill:
    """A bill that may be disputed."""

    visit_id: int
    account_id: int
    patient_id: int
    person: str
    service_on: date
    billed: Money
    until: date | None  # the last day of the patient, once the first bill has left


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """One dispute."""

    id: int
    bill: DisputedBill
    reference: str
    initiated_on: date
    answer_by: date
    opened_at: datetime
    opened_by: str
    answered_on: date | None
    answered_by: str
    answer: str
    ended_at: datetime | None
    ended_by: str
    outcome: str
    decision: str

    def late(self, on: date) -> bool:
        """Whether the agency should have had our answer."""
        return self.ended_at is None and self.answered_on is None and self.answer_by < on


def bill_to_dispute(visit_id: int) -> DisputedBill | None:
    """None when there is none."""
    with read_only() as session:
        found = session.execute(
            select(Visit, Patient, _billed())
            .join(Patient, Patient.id == Visit.patient_id)
            .where(Visit.id == visit_id)
        ).one_or_none()
    return _bill(*found) if found else None


def open_disputes() -> tuple[DisputeRow, ...]:
    """Those that are not decided, by the day of our answer."""
    return _rows(EstimateDispute.ended_at.is_(None))


def dispute_row(dispute_id: int) -> DisputeRow | None:
    """One; None when there is none."""
    return next(iter(_rows(EstimateDispute.id == dispute_id)), None)


def _billed() -> Any:
    return select(func.sum(Charge.billed)).where(Charge.visit_id == Visit.id).scalar_subquery()


def _bill(visit: Visit, patient: Patient, billed: Money | None) -> DisputedBill:
    first = visit.first_statement_on
    return DisputedBill(
        visit_id=visit.id,
        account_id=visit.guarantor_account_id,
        patient_id=patient.id,
        person=patient.full_name,
        service_on=visit.service_on,
        billed=billed or ZERO,
        until=dispute_until(first) if first else None,
    )


def _rows(where: ColumnElement[bool]) -> tuple[DisputeRow, ...]:
    opener, answerer, ender = aliased(Login), aliased(Login), aliased(Login)
    with read_only() as session:
        rows = session.execute(
            select(
                EstimateDispute, Visit, Patient, _billed(), opener.name, answerer.name, ender.name
            )
            .join(Visit, Visit.id == EstimateDispute.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .join(opener, opener.id == EstimateDispute.opened_by_id)
            .outerjoin(answerer, answerer.id == EstimateDispute.answered_by_id)
            .outerjoin(ender, ender.id == EstimateDispute.ended_by_id)
            .where(where)
            .order_by(EstimateDispute.answer_by, EstimateDispute.id)
        ).all()
    return tuple(
        DisputeRow(
            id=row.id,
            bill=_bill(visit, patient, billed),
            reference=row.reference,
            initiated_on=row.initiated_on,
            answer_by=row.answer_by,
            opened_at=row.opened_at,
            opened_by=opened_by,
            answered_on=row.answered_on,
            answered_by=answered_by or "",
            answer=row.answer,
            ended_at=row.ended_at,
            ended_by=ended_by or "",
            outcome=row.outcome,
            decision=row.decision,
        )
        for row, visit, patient, billed, opened_by, answered_by, ended_by in rows
    )
