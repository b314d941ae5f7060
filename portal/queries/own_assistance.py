"""A patient's own applications for assistance: the list, one to go on with, and where one stands (FA-6, FA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from billing.assistance_income import Income, Period, Source
from billing.assistance_reasons import Proof
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import (
    AssistanceApplication,
    AssistanceCovered,
    AssistanceDocument,
    AssistanceIncome,
    AssistanceMember,
)
from portal.queries.application_draft import Draft, Earned, Person, Sheet
from portal.queries.assistance_standing import Standing, load_standing
from portal.queries.day_at_practice import day_at_practice
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """One application in the list."""

    id: UUID
    number: str
    state: str
    on: date  # received, or begun
    own: bool  # begun by this sign-in, so it may be filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Sheet):
    """A paper that was sent."""

    id: UUID
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDraft(Draft):
    """What a sign-in filled in for accounts of its own."""

    number: str
    account_id: int
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatus:
    """Where one stands, for whoever may see its account."""

    id: UUID
    number: str
    account_id: int
    own: bool
    applicant: str
    papers: tuple[Paper, ...]
    stands: Standing


EDITED = (
    "applicant",
    "residence_state",
    "residence_county",
    "program",
    "answers",
    "hardship",
    "owed_in_year",
    "paid_in_year",
    "language",
    "preferred_contact",
)


def is_seen(viewer: PatientViewer) -> ColumnElement[bool]:
    """Sent ones of the accounts that the viewer may see."""
    return and_(
        AssistanceApplication.guarantor_account_id.in_(viewer.account_ids),
        AssistanceApplication.state != "draft",
    )


def is_own(viewer: PatientViewer) -> ColumnElement[bool]:
    """Begun by this sign-in for an account that it still may see."""
    return and_(
        AssistanceApplication.login_id == viewer.login_id,
        AssistanceApplication.guarantor_account_id.in_(viewer.account_ids),
    )


def own_applications(viewer: PatientViewer) -> tuple[OwnLine, ...]:
    """The newest first. One statement."""
    with read_only() as session:
        rows = session.execute(
            select(
                AssistanceApplication,
                day_at_practice(AssistanceApplication.started_at).label("started_on"),
            )
            .where(is_own(viewer) | is_seen(viewer))
            .order_by(AssistanceApplication.started_at.desc())
            .limit(20)
        ).all()
    return tuple(
        OwnLine(
            id=row.id,
            number=row.number,
            state=row.state,
            on=row.received_on or started_on,
            own=row.login_id == viewer.login_id,
        )
        for row, started_on in rows
    )


def own_draft(viewer: PatientViewer, application_id: UUID) -> OwnDraft | None:
    """What this sign-in filled in; another's is not found. Five statements."""
    with read_only() as session:
        return load_draft(session, viewer, application_id)


def load_draft(session: Session, viewer: PatientViewer, application_id: UUID) -> OwnDraft | None:
    """The same in a transaction that is open."""
    row = session.scalar(
        select(AssistanceApplication).where(
            AssistanceApplication.id == application_id, is_own(viewer)
        )
    )
    if row is None:
        return None
    people = session.scalars(_of(AssistanceMember, application_id)).all()
    incomes = session.scalars(_of(AssistanceIncome, application_id)).all()
    return OwnDraft(
        id=row.id,
        number=row.number,
        state=row.state,
        account_id=row.guarantor_account_id,
        fields={name: getattr(row, name) for name in EDITED},
        people=tuple(
            Person(
                id=one.id,
                name=one.name,
                birth_on=one.birth_on,
                relation=one.relation,
                tax_dependent=one.tax_dependent,
            )
            for one in people
        ),
        incomes=tuple(
            Earned(
                id=one.id,
                member=one.member,
                income=Income(Source(one.source), Period(one.period), one.amount),
            )
            for one in incomes
        ),
        papers=_papers(session, application_id),
        accounts=tuple(_account_numbers(session, application_id)),
    )


def own_status(
    viewer: PatientViewer, application_id: UUID, *, language: str, on: date
) -> OwnStatus | None:
    """Where it stands; one that is not sent, or of another's account, is not found."""
    with read_only() as session:
        row = session.scalar(
            select(AssistanceApplication).where(
                AssistanceApplication.id == application_id, is_seen(viewer)
            )
        )
        if row is None:
            return None
        return OwnStatus(
            id=row.id,
            number=row.number,
            account_id=row.guarantor_account_id,
            own=row.login_id == viewer.login_id,
            applicant=row.applicant,
            papers=_papers(session, application_id),
            stands=load_standing(session, row, language=language, on=on),
        )


def own_paper(
    viewer: PatientViewer, application_id: UUID, document_id: UUID
) -> tuple[str, int] | None:
    """Where a paper lies that this sign-in's own application holds, and the account it is about."""
    with read_only() as session:
        row = session.execute(
            select(AssistanceDocument.stored_as, AssistanceApplication.guarantor_account_id)
            .join(
                AssistanceApplication,
                AssistanceApplication.id == AssistanceDocument.application_id,
            )
            .where(
                AssistanceDocument.id == document_id,
                AssistanceDocument.application_id == application_id,
                is_own(viewer),
            )
        ).one_or_none()
    return None if row is None else (row[0], row[1])


def _papers(session: Session, application_id: UUID) -> tuple[Paper, ...]:
    rows = session.scalars(
        select(AssistanceDocument)
        .where(AssistanceDocument.application_id == application_id)
        .order_by(AssistanceDocument.added_at, AssistanceDocument.id)
    )
    return tuple(Paper(id=row.id, kind=Proof(row.kind), added_at=row.added_at) for row in rows)


def _account_numbers(session: Session, application_id: UUID) -> list[str]:
    return list(
        session.scalars(
            select(GuarantorAccount.number)
            .join(AssistanceCovered, AssistanceCovered.guarantor_account_id == GuarantorAccount.id)
            .where(AssistanceCovered.application_id == application_id)
            .order_by(GuarantorAccount.id)
        )
    )


def _of(table: Any, application_id: UUID) -> Any:
    return select(table).where(table.application_id == application_id).order_by(table.id)
