"""Read an application as the office measures it: the newest verification, else the applicant's own words (FA-6, FA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_clear import BY_LETTER
from billing.assistance_income import Income, Period, Source, year_of
from billing.assistance_reasons import Proof
from billing.money import Money
from portal.db import Base
from portal.models.assistance import (
    AssistanceApplication,
    AssistanceCovered,
    AssistanceDocument,
    AssistanceIncome,
    AssistanceMember,
)
from portal.models.assistance_decisions import AssistanceRequest, AssistanceVerification
from portal.models.practice import Practice
from portal.queries.assistance_case import CaseFacts
from portal.queries.day_at_practice import day_at_practice


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who lives there."""

    name: str
    relation: str
    birth_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document that lies with it."""

    id: UUID
    kind: str
    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRows:
    """The rows of one application, each kind read once."""

    incomes: tuple[Income, ...]
    members: tuple[Member, ...]
    account_ids: tuple[int, ...]
    papers: tuple[Paper, ...]
    request: AssistanceRequest | None  # the newest
    verified: AssistanceVerification | None  # the newest
    practice_state: str
    started_on: date


def case_rows(session: Session, application_id: UUID) -> CaseRows:
    """One statement, whatever its size."""
    row = session.execute(
        select(
            AssistanceRequest,
            AssistanceVerification,
            _accounts().label("account_ids"),
            _listed(AssistanceIncome, "source", "period", "amount_cents").label("incomes"),
            _listed(AssistanceMember, "name", "relation", "birth_on").label("members"),
            _listed(AssistanceDocument, "id", "kind", "name", "added_at", by="added_at").label(
                "papers"
            ),
            select(Practice.state).where(Practice.id == 1).scalar_subquery().label("state"),
            day_at_practice(AssistanceApplication.started_at).label("started_on"),
        )
        .select_from(AssistanceApplication)
        .outerjoin(AssistanceRequest, AssistanceRequest.id == _newest(AssistanceRequest))
        .outerjoin(
            AssistanceVerification, AssistanceVerification.id == _newest(AssistanceVerification)
        )
        .where(AssistanceApplication.id == application_id)
    ).one()
    return CaseRows(
        incomes=tuple(
            Income(Source(source), Period(period), Money(cents))
            for source, period, cents in row.incomes or ()
        ),
        members=tuple(
            Member(name=name, relation=relation, birth_on=born and date.fromisoformat(born))
            for name, relation, born in row.members or ()
        ),
        account_ids=tuple(row.account_ids or ()),
        papers=tuple(
            Paper(id=UUID(key), kind=kind, name=name, added_at=datetime.fromisoformat(at))
            for key, kind, name, at in row.papers or ()
        ),
        request=row.AssistanceRequest,
        verified=row.AssistanceVerification,
        practice_state=row.state or "",
        started_on=row.started_on,
    )


def _accounts() -> ScalarSelect[Any]:
    covered = AssistanceCovered.guarantor_account_id
    return (
        select(func.array_agg(aggregate_order_by(covered, covered)))
        .where(AssistanceCovered.application_id == AssistanceApplication.id)
        .correlate(AssistanceApplication)
        .scalar_subquery()
    )


def _listed(table: type[Base], *columns: str, by: str = "id") -> ScalarSelect[Any]:
    """Rows of a table that belong to the application, each a list of these columns."""
    of = table.__table__.c
    row = func.json_build_array(*(of[column] for column in columns))
    return (
        select(func.json_agg(aggregate_order_by(row, of[by], of["id"])))
        .where(of["application_id"] == AssistanceApplication.id)
        .correlate(AssistanceApplication)
        .scalar_subquery()
    )


def _newest(table: type[AssistanceRequest | AssistanceVerification]) -> ScalarSelect[Any]:
    return (
        select(func.max(table.id))
        .where(table.application_id == AssistanceApplication.id)
        .correlate(AssistanceApplication)
        .scalar_subquery()
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
        received_on=application.received_on or rows.started_on,
        complete_on=application.complete_on,
        acknowledged=application.acknowledged_on is not None,
        asked_on=rows.request.asked_on if rows.request else None,
        household=max(len(rows.members), 1),
        income=year_of(rows.incomes),
        residence=application.residence_state,
        practice_state=rows.practice_state,
        presumed=said,
        proven=said in BY_LETTER and Proof.PROGRAM_LETTER in papers,
        attested=bool(application.signed_name),
        owed_in_year=application.owed_in_year,
        paid_in_year=application.paid_in_year,
        language=application.language,
        doubts=_doubts(application, rows.members),
    )
    return _verified(case, rows.verified)


def _doubts(application: AssistanceApplication, members: Sequence[Member]) -> tuple[str, ...]:
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
