"""Disputes of bills as the office works them: the list, and one with everything that its answer needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from billing.bill_disputes import REMIND_BEFORE, Finding, Kind, State
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient, Payer
from portal.models.bill_disputes import (
    BillDispute,
    BillDisputeDocument,
    BillDisputeEvent,
    BillDisputeLine,
)
from portal.models.claims import Charge, Claim, Visit
from portal.models.identity import Login
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.statements import Statement, StatementLine
from portal.queries.balances import balances
from portal.queries.dispute_hands import hands_on
from portal.queries.paging import Page, limits, page_of
from portal.queries.plain_services import describe

KINDS = {
    Kind.NOT_MINE: "Not my bill",
    Kind.AMOUNT: "Amount",
    Kind.INSURANCE: "Insurance should pay",
    Kind.NOT_RECEIVED: "Service not received",
    Kind.DUPLICATE: "Billed twice",
    Kind.ALREADY_PAID: "Paid already",
    Kind.IDENTITY_THEFT: "Identity theft",
    Kind.ASSISTANCE: "Financial assistance",
    Kind.QUALITY: "Quality of care",
}
FINDINGS = {
    Finding.VALID: "Valid as billed",
    Finding.CORRECTED: "Corrected",
    Finding.PARTLY: "Corrected in part",
    Finding.REBILLED: "Billed to the plan again",
    Finding.IDENTITY_THEFT: "Identity theft: lock the bill",
}
EVENTS = {
    "filed": "Disputed",
    "acknowledged": "Acknowledged",
    "evidence": "Picture added",
    "taken": "Taken",
    "extended": "Extended to 45 days",
    "answered": "Answered",
    "replied": "The patient does not agree",
    "withdrawn": "Taken back",
    "lifted": "Lock lifted",
}
FILTERS = {"open": "To answer", "answered": "Answered", "withdrawn": "Taken back"}
_OWNER = aliased(Login)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One of the list."""

    id: UUID
    account_id: int
    patient_id: int
    name: str
    kind: str
    amount: Money
    filed_on: date
    resolve_by: date
    owner: str
    second_look: bool
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBeside:
    """One line: what is disputed, what is owed now, what the plan left, and what the last statement said."""

    charge_id: int
    what: str
    code: str
    billed: Money
    disputed: Money
    owed: Money
    plan_left: Money | None
    stated: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One step."""

    what: str
    who: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDispute:
    """All that the answer needs."""

    row: BillDispute
    account_id: int
    patient_id: int
    name: str
    service_on: date
    kind: str
    finding: str
    owner: str
    lines: tuple[LineBeside, ...]
    documents: tuple[int, ...]
    steps: tuple[Happened, ...]
    hands: frozenset[int]

    @property
    def locked(self) -> bool:
        return (
            self.row.state == State.ANSWERED.value
            and self.row.rejoins_on is None
            and self.row.ended_on is None
        )


def dispute_work(*, wanted: str, on: date, number: int) -> Page[WorkRow]:
    """What waits, by the day of its answer; or what is over, the newest first."""
    order = BillDispute.resolve_by if wanted == State.OPEN.value else BillDispute.filed_at.desc()
    query = (
        select(BillDispute, Visit.guarantor_account_id, Visit.patient_id, Patient, _OWNER.name)
        .join(Visit, Visit.id == BillDispute.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(_OWNER, _OWNER.id == BillDispute.owner_id)
        .where(BillDispute.state == wanted)
        .order_by(order, BillDispute.id)
    )
    offset, limit = limits(number)
    with read_only() as session:
        found = session.execute(query.offset(offset).limit(limit)).all()
    rows = [
        WorkRow(
            id=row.BillDispute.id,
            account_id=row.guarantor_account_id,
            patient_id=row.patient_id,
            name=f"{row.Patient.first_name} {row.Patient.last_name}".strip(),
            kind=KINDS[Kind(row.BillDispute.kind)],
            amount=row.BillDispute.amount,
            filed_on=row.BillDispute.filed_on,
            resolve_by=row.BillDispute.resolve_by,
            owner=row.name or "",
            second_look=row.BillDispute.replied_at is not None,
            urgent=row.BillDispute.resolve_by - REMIND_BEFORE <= on,
        )
        for row in found
    ]
    return page_of(rows, number)


def staff_dispute(dispute_id: UUID, *, on: date) -> StaffDispute | None:
    """One dispute beside the bill as it is, as it was stated, and as the plan decided it."""
    query = (
        select(
            BillDispute,
            Visit,
            Patient.first_name,
            Patient.last_name,
            func.coalesce(_OWNER.name, "").label("owner"),
        )
        .join(Visit, Visit.id == BillDispute.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(_OWNER, _OWNER.id == BillDispute.owner_id)
        .where(BillDispute.id == dispute_id)
    )
    with read_only() as session:
        found = session.execute(query).one_or_none()
        return None if found is None else _page(session, found, on)


def _page(session: Session, found: Row[*tuple[Any, ...]], on: date) -> StaffDispute:
    row: BillDispute = found.BillDispute
    documents = session.scalars(
        select(BillDisputeDocument.id)
        .where(BillDisputeDocument.dispute_id == row.id)
        .order_by(BillDisputeDocument.id)
    )
    return StaffDispute(
        row=row,
        account_id=found.Visit.guarantor_account_id,
        patient_id=found.Visit.patient_id,
        name=f"{found.first_name} {found.last_name}".strip(),
        service_on=found.Visit.service_on,
        kind=KINDS[Kind(row.kind)],
        finding=FINDINGS[Finding(row.finding)] if row.finding else "",
        owner=found.owner,
        lines=_lines(session, row, on),
        documents=tuple(documents),
        steps=_steps(session, row.id),
        hands=hands_on(session, row.id),
    )


def _lines(session: Session, row: BillDispute, on: date) -> tuple[LineBeside, ...]:
    [account] = balances(session, on=on, visit_ids=[row.visit_id])
    owed = {c.charge_id: c.patient_due for c in account.visits[0].charges}
    left = _plan_left(session, row.visit_id)
    stated = _stated(session, row)
    lines = session.execute(
        select(Charge, BillDisputeLine.amount)
        .join(BillDisputeLine, BillDisputeLine.charge_id == Charge.id)
        .where(BillDisputeLine.dispute_id == row.id)
        .order_by(Charge.line_number)
    )
    return tuple(
        LineBeside(
            charge_id=line.id,
            what=line.description or describe(line.procedure_code) or "Service",
            code=line.procedure_code,
            billed=line.billed,
            disputed=amount,
            owed=owed[line.id],
            plan_left=left.get(line.id),
            stated=stated.get(line.id),
        )
        for line, amount in lines
    )


def _plan_left(session: Session, visit_id: int) -> dict[int, Money]:
    """By charge the PR of the decisions that stand, of all its plans (STMT-5)."""
    rows = session.execute(
        select(RemittanceLine.charge_id, func.sum(LineAdjustment.amount))
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .join(RemittanceClaim, RemittanceClaim.id == RemittanceLine.remittance_claim_id)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(
            Claim.visit_id == visit_id,
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            LineAdjustment.group_code == "PR",
        )
        .group_by(RemittanceLine.charge_id)
    )
    return {
        charge_id: amount if isinstance(amount, Money) else Money(int(amount))
        for charge_id, amount in rows
        if charge_id is not None
    }


def _stated(session: Session, row: BillDispute) -> dict[int, Money]:
    """By charge what the last statement before the dispute asked for."""
    newest = (
        select(Statement.id)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .join(Charge, Charge.id == StatementLine.charge_id)
        .where(Charge.visit_id == row.visit_id, Statement.cut_at <= row.filed_at)
        .order_by(Statement.cut_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    lines = session.scalars(select(StatementLine).where(StatementLine.statement_id == newest))
    return {line.charge_id: line.amount for line in lines}


def _steps(session: Session, dispute_id: UUID) -> tuple[Happened, ...]:
    rows = session.execute(
        select(BillDisputeEvent, Login.name, Login.email)
        .outerjoin(Login, Login.id == BillDisputeEvent.login_id)
        .where(BillDisputeEvent.dispute_id == dispute_id)
        .order_by(BillDisputeEvent.id)
    )
    return tuple(
        Happened(
            what=EVENTS.get(event.kind, event.kind),
            who=name or email or "",
            words=event.words or str(event.detail.get("answer", "")),
            at=event.at,
        )
        for event, name, email in rows
    )
