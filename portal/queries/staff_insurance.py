"""Coverages that people sent and nobody has checked yet: the list, the oldest first, and how many wait (SCH-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.coverages import Change
from billing.transitions import SubmissionState
from portal.db import read_only
from portal.models.accounts import Patient, Payer
from portal.models.identity import Login
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.queries.paging import Page, limits, page_of

KINDS = {Change.ADD: "New plan", Change.REPLACE: "Other plan", Change.END: "Plan ended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """One submission in the list."""

    id: int
    kind: str
    name: str  # the patient's, or the sender's when no patient is known
    linked: bool
    account_id: int | None
    patient_id: int | None
    payer: str
    pictures: int
    holds_bill: bool
    sent_at: datetime
    days: int


def waiting_list(*, now: datetime, number: int) -> Page[WaitingRow]:
    """One page of what waits, the oldest first."""
    offset, limit = limits(number)
    pictures = (
        select(func.count())
        .where(CardImage.submission_id == InsuranceSubmission.id, CardImage.removed_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(
            InsuranceSubmission,
            Payer.name.label("payer"),
            Patient.first_name,
            Patient.last_name,
            Patient.guarantor_account_id,
            Login.email,
            pictures.label("pictures"),
        )
        .join(Login, Login.id == InsuranceSubmission.login_id)
        .outerjoin(Payer, Payer.id == InsuranceSubmission.payer_id)
        .outerjoin(Patient, Patient.id == InsuranceSubmission.patient_id)
        .where(InsuranceSubmission.state == SubmissionState.WAITING.value)
        .order_by(InsuranceSubmission.sent_at, InsuranceSubmission.id)
        .offset(offset)
        .limit(limit)
    )
    with read_only() as session:
        rows = session.execute(query).all()
    return page_of(
        [
            WaitingRow(
                id=row.InsuranceSubmission.id,
                kind=KINDS[Change(row.InsuranceSubmission.kind)],
                name=f"{row.first_name or ''} {row.last_name or ''}".strip() or row.email,
                linked=row.InsuranceSubmission.patient_id is not None,
                account_id=row.guarantor_account_id,
                patient_id=row.InsuranceSubmission.patient_id,
                payer=row.payer or row.InsuranceSubmission.payer_text,
                pictures=row.pictures,
                holds_bill=row.InsuranceSubmission.visit_id is not None,
                sent_at=row.InsuranceSubmission.sent_at,
                days=(now - row.InsuranceSubmission.sent_at).days,
            )
            for row in rows
        ],
        number,
    )


def waiting_count(session: Session) -> int:
    """How many wait, for the first page of the day."""
    return session.scalars(
        select(func.count()).where(InsuranceSubmission.state == SubmissionState.WAITING.value)
    ).one()
