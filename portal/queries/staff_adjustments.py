"""The pages of adjustments: what waits for a second person, one request, one line's plans, who owes what of a bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from billing.adjustments import AdjustmentKind
from billing.carc import PATIENT_GROUP
from billing.decision import Outcome
from billing.money import ZERO, Money
from billing.transfers import What
from portal.db import Cents, read_only
from portal.models.accounts import GuarantorAccount, Payer
from portal.models.adjustments import AdjustmentRequest
from portal.models.claims import Charge, Claim, Visit
from portal.models.identity import Login
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.queries.adjustment_rules import Rules, rules_on
from portal.queries.balances import balances
from portal.queries.plan_open import PlanOpen, claim_open, plan_open, plan_paid

DECIDED_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One adjustment that somebody asked for."""

    id: UUID
    account_id: int
    account_number: str
    account_name: str
    patient_id: int
    visit_id: int
    charge_id: int
    payer_id: int | None
    payer_name: str
    procedure: str
    service_on: date
    kind: AdjustmentKind
    label: str
    gl_class: str
    amount: Money
    open_amount: Money
    carc: str
    reason: str
    state: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One request, and what is open on its line now."""

    row: RequestRow
    open_now: Money

    @property
    def stale(self) -> bool:
        return self.row.state == "waiting" and self.open_now != self.row.open_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line of a bill, and what each plan owes on it."""

    account_id: int
    account_name: str
    account_number: str
    patient_id: int
    visit_id: int
    charge_id: int
    procedure: str
    description: str
    service_on: date
    billed: Money
    plans: tuple[PlanOpen, ...]
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """Money of a bill that a rule may move."""

    what: What
    id: int
    payer_name: str
    amount: Money
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPage:
    """Who owes a bill, and what may move."""

    account_id: int
    account_name: str
    account_number: str
    patient_id: int
    visit_id: int
    service_on: date
    movable: tuple[Movable, ...]


def adjustment_requests(*, on: date) -> tuple[tuple[RequestRow, ...], tuple[RequestRow, ...]]:
    """Those that wait, the oldest first, and those decided, the newest first."""
    with read_only() as session:
        rules = rules_on(session, on)
        waiting = session.execute(
            _requests()
            .where(AdjustmentRequest.state == "waiting")
            .order_by(AdjustmentRequest.requested_at)
        ).all()
        decided = session.execute(
            _requests()
            .where(AdjustmentRequest.state != "waiting")
            .order_by(AdjustmentRequest.decided_at.desc())
            .limit(DECIDED_SHOWN)
        ).all()
    return tuple(_row(r, rules) for r in waiting), tuple(_row(r, rules) for r in decided)


def request_page(request_id: UUID, *, on: date) -> RequestPage | None:
    """One request; None when there is none."""
    with read_only() as session:
        found = session.execute(_requests().where(AdjustmentRequest.id == request_id)).one_or_none()
        if found is None:
            return None
        row = _row(found, rules_on(session, on))
        return RequestPage(row=row, open_now=_open_now(session, row, on))


def plan_line(charge_id: int, *, on: date) -> PlanLine | None:
    """One line with what plans owe on it; None when there is no such line."""
    with read_only() as session:
        row = session.execute(
            select(Charge, Visit.patient_id, GuarantorAccount)
            .join(Visit, Visit.id == Charge.visit_id)
            .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
            .where(Charge.id == charge_id)
        ).one_or_none()
        if row is None:
            return None
        charge, patient_id, account = row
        return PlanLine(
            account_id=account.id,
            account_name=account.display_name,
            account_number=account.number,
            patient_id=patient_id,
            visit_id=charge.visit_id,
            charge_id=charge.id,
            procedure=charge.procedure_code,
            description=charge.description,
            service_on=charge.service_on,
            billed=charge.billed,
            plans=plan_open(session, charge.visit_id, charge.id),
            rules=rules_on(session, on),
        )


def transfer_page(visit_id: int) -> TransferPage | None:
    """One bill and what of it may move; None when there is no such bill."""
    with read_only() as session:
        row = session.execute(
            select(Visit, GuarantorAccount)
            .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
            .where(Visit.id == visit_id)
        ).one_or_none()
        if row is None:
            return None
        visit, account = row
        return TransferPage(
            account_id=account.id,
            account_name=account.display_name,
            account_number=account.number,
            patient_id=visit.patient_id,
            visit_id=visit.id,
            service_on=visit.service_on,
            movable=(*_decided(session, visit_id), *_undecided(session, visit_id)),
        )


def _decided(session: Session, visit_id: int) -> list[Movable]:
    """PR amounts of standing decisions: in review, or the patient's already."""
    rows = session.execute(
        select(
            RemittanceClaim.id,
            RemittanceClaim.decided_on,
            Payer.name,
            LineAdjustment.outcome,
            func.sum(LineAdjustment.amount, type_=Cents()).label("amount"),
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(RemittanceLine, RemittanceLine.remittance_claim_id == RemittanceClaim.id)
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            Claim.visit_id == visit_id,
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.share_returned_id.is_(None),
            LineAdjustment.group_code == PATIENT_GROUP,
            LineAdjustment.outcome.in_((Outcome.REVIEW.value, Outcome.POSTED.value)),
        )
        .group_by(
            RemittanceClaim.id, RemittanceClaim.decided_on, Payer.name, LineAdjustment.outcome
        )
        .order_by(RemittanceClaim.id, LineAdjustment.outcome)
    )
    return [
        Movable(
            what=What.REVIEWED if row.outcome == Outcome.REVIEW else What.AGAIN,
            id=row.id,
            payer_name=row.name,
            amount=row.amount,
            decided_on=row.decided_on,
        )
        for row in rows
        if row.amount > ZERO
    ]


def _undecided(session: Session, visit_id: int) -> list[Movable]:
    """Claims that no plan answered yet, in words or by its money."""
    answered = select(RemittanceClaim.claim_id).where(
        RemittanceClaim.claim_id.is_not(None),
        RemittanceClaim.reversed_by_id.is_(None),
        RemittanceClaim.disposition != "duplicate",
    )
    paid = plan_paid(session, visit_id)
    rows = session.execute(
        select(Claim.id, Claim.payer_id, Payer.name)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(Claim.visit_id == visit_id, Claim.state == "open", Claim.id.not_in(answered))
        .order_by(Claim.id)
    ).all()
    open_of = {
        payer_id: sum((amount for _, amount in claim_open(session, visit_id, payer_id)), ZERO)
        for payer_id in {row.payer_id for row in rows}
    }
    return [
        Movable(
            what=What.UNDECIDED,
            id=row.id,
            payer_name=row.name,
            amount=open_of[row.payer_id],
            decided_on=None,
        )
        for row in rows
        if open_of[row.payer_id] > ZERO and row.payer_id not in paid
    ]


def _requests() -> Select[*tuple[Any, ...]]:
    decider = aliased(Login)
    query: Select[*tuple[Any, ...]] = (
        select(
            AdjustmentRequest,
            GuarantorAccount,
            Charge.procedure_code,
            Charge.service_on,
            Charge.visit_id,
            Visit.patient_id,
            func.coalesce(Payer.name, "").label("payer_name"),
            func.coalesce(func.nullif(Login.name, ""), Login.email).label("asker"),
            func.coalesce(func.nullif(decider.name, ""), decider.email, "").label("decider"),
        )
        .join(GuarantorAccount, GuarantorAccount.id == AdjustmentRequest.guarantor_account_id)
        .join(Charge, Charge.id == AdjustmentRequest.charge_id)
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Login, Login.id == AdjustmentRequest.requested_by_id)
        .outerjoin(Payer, Payer.id == AdjustmentRequest.payer_id)
        .outerjoin(decider, decider.id == AdjustmentRequest.decided_by_id)
    )
    return query


def _row(row: Row[*tuple[Any, ...]], rules: Rules) -> RequestRow:
    request, account = row[0], row[1]
    kind = AdjustmentKind(request.kind)
    return RequestRow(
        id=request.id,
        account_id=account.id,
        account_number=account.number,
        account_name=account.display_name,
        patient_id=row.patient_id,
        visit_id=row.visit_id,
        charge_id=request.charge_id,
        payer_id=request.payer_id,
        payer_name=row.payer_name,
        procedure=row.procedure_code,
        service_on=row.service_on,
        kind=kind,
        label=rules[kind].label,
        gl_class=rules[kind].gl_class,
        amount=request.amount,
        open_amount=request.open_amount,
        carc=request.carc,
        reason=request.reason,
        state=request.state,
        requested_by_id=request.requested_by_id,
        requested_by=row.asker,
        requested_at=request.requested_at,
        decided_by=row.decider,
        decided_at=request.decided_at,
        note=request.note,
    )


def _open_now(session: Session, row: RequestRow, on: date) -> Money:
    if row.payer_id is not None:
        plans = plan_open(session, row.visit_id, row.charge_id)
        return next((plan.amount for plan in plans if plan.payer_id == row.payer_id), ZERO)
    lines = (
        charge
        for account in balances(session, on=on, visit_ids=[row.visit_id])
        for visit in account.visits
        for charge in visit.charges
        if charge.charge_id == row.charge_id
    )
    return next((line.patient_due for line in lines), ZERO)
