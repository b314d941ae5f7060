"""A patient's disputes: the list, and one with its days and steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from billing.bill_disputes import State
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.bill_disputes import (
    BillDispute,
    BillDisputeDocument,
    BillDisputeEvent,
    BillDisputeLine,
)
from portal.models.claims import Charge, Visit
from portal.queries.plain_services import describe
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """One of the list."""

    id: UUID
    account_id: int
    patient: str
    kind: str
    state: str
    amount: Money
    service_on: date
    filed_on: date
    resolve_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """One disputed service."""

    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeStep:
    """One thing that happened."""

    kind: str
    face: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDispute:
    """All that the patient may know of it."""

    row: BillDispute
    account_id: int
    patient_id: int
    patient: str
    service_on: date
    lines: tuple[DisputeLine, ...]
    documents: tuple[int, ...]
    steps: tuple[DisputeStep, ...]
    on: date

    @property
    def is_open(self) -> bool:
        return self.row.state == State.OPEN.value

    @property
    def locked(self) -> bool:
        """Answered, and not asked for before a person lifts it."""
        answered = self.row.state == State.ANSWERED.value
        return answered and self.row.rejoins_on is None and self.row.ended_on is None

    @property
    def may_reply(self) -> bool:
        """Once, before it rejoins."""
        over = self.row.ended_on or (self.row.rejoins_on and self.row.rejoins_on <= self.on)
        return self.row.state == State.ANSWERED.value and not over and not self.row.replied_at


def own_disputes(viewer: PatientViewer) -> tuple[DisputeRow, ...]:
    """Those of the accounts that the viewer sees now, the newest first."""
    with read_only() as session:
        rows = session.execute(_of(viewer).order_by(BillDispute.filed_at.desc())).all()
    return tuple(
        DisputeRow(
            id=row.BillDispute.id,
            account_id=row.guarantor_account_id,
            patient=row.first_name or row.last_name,
            kind=row.BillDispute.kind,
            state=row.BillDispute.state,
            amount=row.BillDispute.amount,
            service_on=row.service_on,
            filed_on=row.BillDispute.filed_on,
            resolve_by=row.BillDispute.resolve_by,
        )
        for row in rows
    )


def own_dispute(viewer: PatientViewer, dispute_id: UUID, *, on: date) -> OwnDispute | None:
    """One of the viewer's; another's is not found."""
    with read_only() as session:
        found = session.execute(_of(viewer).where(BillDispute.id == dispute_id)).one_or_none()
        return None if found is None else _page(session, found, on)


def dispute_picture(dispute_id: UUID, document_id: int) -> str | None:
    """Where a picture of this dispute is kept; the caller has found the dispute for its viewer."""
    query = select(BillDisputeDocument.stored_as).where(
        BillDisputeDocument.id == document_id, BillDisputeDocument.dispute_id == dispute_id
    )
    with read_only() as session:
        return session.scalar(query)


def _of(viewer: PatientViewer) -> Select[*tuple[Any, ...]]:
    return (
        select(
            BillDispute,
            Visit.guarantor_account_id,
            Visit.patient_id,
            Visit.service_on,
            Patient.first_name,
            Patient.last_name,
        )
        .join(Visit, Visit.id == BillDispute.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Visit.guarantor_account_id.in_(viewer.account_ids))
    )


def _page(session: Session, found: Row[*tuple[Any, ...]], on: date) -> OwnDispute:
    dispute: BillDispute = found.BillDispute
    documents = session.scalars(
        select(BillDisputeDocument.id)
        .where(BillDisputeDocument.dispute_id == dispute.id)
        .order_by(BillDisputeDocument.id)
    )
    events = session.scalars(
        select(BillDisputeEvent)
        .where(BillDisputeEvent.dispute_id == dispute.id)
        .order_by(BillDisputeEvent.id)
    )
    return OwnDispute(
        row=dispute,
        account_id=found.guarantor_account_id,
        patient_id=found.patient_id,
        patient=found.first_name or found.last_name,
        service_on=found.service_on,
        lines=_lines(session, dispute.id),
        documents=tuple(documents),
        steps=tuple(
            DisputeStep(kind=one.kind, face=one.face, words=one.words, at=one.at)
            for one in events
            if one.kind != "taken"  # who of us has it is ours to know
        ),
        on=on,
    )


def _lines(session: Session, dispute_id: UUID) -> tuple[DisputeLine, ...]:
    rows = session.execute(
        select(BillDisputeLine.amount, Charge.description, Charge.procedure_code)
        .join(Charge, Charge.id == BillDisputeLine.charge_id)
        .where(BillDisputeLine.dispute_id == dispute_id)
        .order_by(Charge.line_number)
    )
    return tuple(
        DisputeLine(
            what=row.description or describe(row.procedure_code) or "Medical service",
            amount=row.amount,
        )
        for row in rows
    )
