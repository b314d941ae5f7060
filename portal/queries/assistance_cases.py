"""Read an application as the office measures it: the newest verification, else the applicant's own words (FA-6, FA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_clear import BY_LETTER
from billing.assistance_income import Income, Period, Source, year_of
from billing.assistance_reasons import Proof
from portal.models.assistance import (
    AssistanceApplication,
    AssistanceCovered,
    AssistanceDocument,
    AssistanceIncome,
    AssistanceMember,
)
from portal.models.assistance_decisions import AssistanceRequest, AssistanceVerification
from portal.queries.assistance_case import CaseFacts


def load_case(session: Session, application: AssistanceApplication) -> CaseFacts:
    """Six statements, whatever its size."""
    one = application.id
    incomes = read_incomes(session, one)
    members = session.scalars(
        select(AssistanceMember.id).where(AssistanceMember.application_id == one)
    ).all()
    accounts = session.scalars(
        select(AssistanceCovered.guarantor_account_id)
        .where(AssistanceCovered.application_id == one)
        .order_by(AssistanceCovered.guarantor_account_id)
    ).all()
    papers = set(
        session.scalars(
            select(AssistanceDocument.kind).where(AssistanceDocument.application_id == one)
        )
    )
    asked = session.scalar(
        select(AssistanceRequest.asked_on)
        .where(AssistanceRequest.application_id == one)
        .order_by(AssistanceRequest.id.desc())
        .limit(1)
    )
    said = Presumed(application.program) if application.program else None
    case = CaseFacts(
        application_id=one,
        account_ids=tuple(accounts),
        received_on=application.received_on or application.started_at.date(),
        complete_on=application.complete_on,
        acknowledged=application.acknowledged_on is not None,
        asked_on=asked,
        household=max(len(members), 1),
        income=year_of(incomes),
        residence=application.residence_state,
        presumed=said,
        proven=said in BY_LETTER and Proof.PROGRAM_LETTER in papers,
        attested=bool(application.signed_name),
        owed_in_year=application.owed_in_year,
        paid_in_year=application.paid_in_year,
        language=application.language,
        doubts=_doubts(application, members),
    )
    return _verified(session, case)


def read_incomes(session: Session, application_id: UUID) -> list[Income]:
    """Its sources, in the order that they were written."""
    rows = session.scalars(
        select(AssistanceIncome)
        .where(AssistanceIncome.application_id == application_id)
        .order_by(AssistanceIncome.id)
    )
    return [Income(Source(row.source), Period(row.period), row.amount) for row in rows]


def _doubts(application: AssistanceApplication, members: Sequence[int]) -> tuple[str, ...]:
    """What nobody decides without looking: who lives there is not said, or a plan may pay."""
    found = []
    if not members:
        found.append("nobody of the household is named")
    if application.answers.get("another_plan"):
        found.append("another plan may pay")
    return tuple(found)


def _verified(session: Session, case: CaseFacts) -> CaseFacts:
    row = session.scalar(
        select(AssistanceVerification)
        .where(AssistanceVerification.application_id == case.application_id)
        .order_by(AssistanceVerification.id.desc())
        .limit(1)
    )
    if row is None:
        return case
    return replace(
        case,
        household=row.household,
        income=row.income,
        residence=row.residence,
        presumed=Presumed(row.presumed) if row.presumed else None,
        owed_in_year=row.owed_in_year,
        paid_in_year=row.paid_in_year,
        verified=True,
    )
