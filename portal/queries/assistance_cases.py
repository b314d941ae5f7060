"""Read an application as the office measures it: the newest verification, else the applicant's own words (FA-6, FA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRows:
    """The rows of one application, each kind read once."""

    incomes: tuple[Income, ...]
    members: tuple[AssistanceMember, ...]
    account_ids: tuple[int, ...]
    papers: tuple[AssistanceDocument, ...]
    request: AssistanceRequest | None  # the newest
    verified: AssistanceVerification | None  # the newest


def case_rows(session: Session, application_id: UUID) -> CaseRows:
    """Six statements, whatever its size."""

    def of(table: Any, *order: Any) -> list[Any]:
        found = select(table).where(table.application_id == application_id)
        return list(session.scalars(found.order_by(*order)))

    covered = of(AssistanceCovered, AssistanceCovered.guarantor_account_id)
    return CaseRows(
        incomes=tuple(read_incomes(session, application_id)),
        members=tuple(of(AssistanceMember, AssistanceMember.id)),
        account_ids=tuple(row.guarantor_account_id for row in covered),
        papers=tuple(of(AssistanceDocument, AssistanceDocument.added_at, AssistanceDocument.id)),
        request=next(iter(of(AssistanceRequest, AssistanceRequest.id.desc())), None),
        verified=next(iter(of(AssistanceVerification, AssistanceVerification.id.desc())), None),
    )


def load_case(
    session: Session, application: AssistanceApplication, rows: CaseRows | None = None
) -> CaseFacts:
    """The application as it is measured; `rows` where they were read already."""
    rows = rows or case_rows(session, application.id)
    said = Presumed(application.program) if application.program else None
    papers = {row.kind for row in rows.papers}
    case = CaseFacts(
        application_id=application.id,
        account_ids=rows.account_ids,
        received_on=application.received_on or application.started_at.date(),
        complete_on=application.complete_on,
        acknowledged=application.acknowledged_on is not None,
        asked_on=rows.request.asked_on if rows.request else None,
        household=max(len(rows.members), 1),
        income=year_of(rows.incomes),
        residence=application.residence_state,
        presumed=said,
        proven=said in BY_LETTER and Proof.PROGRAM_LETTER in papers,
        attested=bool(application.signed_name),
        owed_in_year=application.owed_in_year,
        paid_in_year=application.paid_in_year,
        language=application.language,
        doubts=_doubts(application, rows.members),
    )
    return _verified(case, rows.verified)


def read_incomes(session: Session, application_id: UUID) -> list[Income]:
    """Its sources, in the order that they were written."""
    rows = session.scalars(
        select(AssistanceIncome)
        .where(AssistanceIncome.application_id == application_id)
        .order_by(AssistanceIncome.id)
    )
    return [Income(Source(row.source), Period(row.period), row.amount) for row in rows]


def _doubts(
    application: AssistanceApplication, members: Sequence[AssistanceMember]
) -> tuple[str, ...]:
    """What nobody decides without looking: who lives there is not said, or a plan may pay."""
    found = []
    if not members:
        found.append("nobody of the household is named")
    if application.answers.get("another_plan"):
        found.append("another plan may pay")
    return tuple(found)


def _verified(case: CaseFacts, row: AssistanceVerification | None) -> CaseFacts:
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
