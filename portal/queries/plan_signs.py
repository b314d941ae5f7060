"""What the practice learned of the people and bills of payment plans that their plans do not know yet.

Deaths, bills that went to another account, and disputes stand beside the ledger, not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO
from portal.db import Cents
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute, BillDisputeLine
from portal.models.claims import Charge, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.plans import LIVING_STATES, Plan, PlanEvent, PlanLine, PlanVersion
from portal.queries.dispute_holds import holds

RECORDED = ("died", "guarantor_changed", "disputed", "dispute_ended")


@dataclass(frozen=True, slots=True)
class Sign:
    """A row that `plan_events` lacks: its kind, and what it says."""

    kind: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanSigns:
    """By plan: what is news to it, and the visits that it covers."""

    news: dict[UUID, list[Sign]]
    visits: dict[UUID, frozenset[int]]


def plan_signs(session: Session, plan_ids: Collection[UUID], on: date) -> PlanSigns:
    """As of a day, in five statements, for any number of plans."""
    known: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for event in session.scalars(
        select(PlanEvent).where(_chosen(PlanEvent.plan_id, plan_ids), PlanEvent.kind.in_(RECORDED))
    ):
        known[event.plan_id].add((event.kind, event.detail.get("dispute", "")))
    visits: dict[UUID, set[int]] = defaultdict(set)
    stays: dict[UUID, bool] = defaultdict(bool)
    for row in session.execute(_covered(plan_ids)):
        visits[row.plan_id].add(row.visit_id)
        # Who has paid a plan stays the one who paid it, whatever becomes of its bills later.
        stays[row.plan_id] |= row.owner_id == row.account_id or not row.living
    found: dict[UUID, list[Sign]] = defaultdict(list)
    for plan_id in visits:
        if not stays[plan_id]:
            found[plan_id].append(Sign("guarantor_changed", {}))
    for plan_id in session.scalars(_died(plan_ids)):
        found[plan_id].append(Sign("died", {"signer": True}))
    for row in (*session.execute(_disputed(plan_ids)), *session.execute(_parts(plan_ids, on))):
        for sign in _dispute(row, known[row.plan_id]):
            found[row.plan_id].append(sign)
    news = {
        plan_id: [
            sign
            for sign in signs
            if (sign.kind, sign.detail.get("dispute", "")) not in known[plan_id]
        ]
        for plan_id, signs in found.items()
    }
    return PlanSigns(
        {plan_id: signs for plan_id, signs in news.items() if signs},
        {plan_id: frozenset(ids) for plan_id, ids in visits.items()},
    )


def _dispute(row: Any, known: set[tuple[str, str]]) -> list[Sign]:
    """One that ended before its plan heard of it never mattered to the plan."""
    name = f"{row.source}:{row.visit_id}"
    begun = Sign("disputed", {"dispute": name, "cents": row.due.cents, "bill": str(row.visit_id)})
    if row.stands:
        return [begun] if row.due > ZERO else []
    return [Sign("dispute_ended", {"dispute": name})] if ("disputed", name) in known else []


def _chosen(column: Any, plan_ids: Collection[UUID]) -> Any:
    return column == func.any(bindparam(None, list(plan_ids), type_=ARRAY(Uuid), unique=True))


def _covered(plan_ids: Collection[UUID]) -> Any:
    """Each visit of the version in force, with the account that holds it now."""
    return (
        select(
            Plan.id.label("plan_id"),
            Plan.guarantor_account_id.label("account_id"),
            Visit.id.label("visit_id"),
            Visit.guarantor_account_id.label("owner_id"),
            Visit.patient_id,
            Plan.state.in_(LIVING_STATES).label("living"),
            func.array_agg(Charge.id).label("charge_ids"),
        )
        .join(
            PlanVersion,
            and_(PlanVersion.plan_id == Plan.id, PlanVersion.number == Plan.current_version),
        )
        .join(PlanLine, PlanLine.version_id == PlanVersion.id)
        .join(Charge, Charge.id == PlanLine.charge_id)
        .join(Visit, Visit.id == Charge.visit_id)
        .where(_chosen(Plan.id, plan_ids))
        .group_by(Plan.id, Plan.guarantor_account_id, Visit.id)
    )


def _died(plan_ids: Collection[UUID]) -> Any:
    """Plans whose account's holder has died."""
    return (
        select(Plan.id)
        .join(AccountCondition, AccountCondition.guarantor_account_id == Plan.guarantor_account_id)
        .where(
            _chosen(Plan.id, plan_ids),
            Plan.state.in_(LIVING_STATES),
            AccountCondition.kind == Condition.DECEASED.value,
            AccountCondition.ended_at.is_(None),
            AccountCondition.visit_id.is_(None),
            AccountCondition.patient_id.is_(None),
        )
        .distinct()
    )


def _disputed(plan_ids: Collection[UUID]) -> Any:
    """Each condition that disputes a covered visit whole, with what its covered lines are due now."""
    covered = _covered(plan_ids).subquery()
    due = _due_of(PostingRow.charge_id == func.any(covered.c.charge_ids)).scalar_subquery()
    condition = AccountCondition
    whole = and_(condition.visit_id.is_(None), condition.patient_id.is_(None))
    return select(
        covered.c.plan_id,
        covered.c.visit_id,
        func.concat("condition:", condition.id).label("source"),
        condition.ended_at.is_(None).label("stands"),
        due.label("due"),
    ).join(
        condition,
        and_(
            condition.kind == Condition.DISPUTED.value,
            condition.guarantor_account_id == covered.c.owner_id,
            or_(
                condition.visit_id == covered.c.visit_id,
                and_(condition.visit_id.is_(None), condition.patient_id == covered.c.patient_id),
                whole,
            ),
        ),
    )


def _parts(plan_ids: Collection[UUID], on: date) -> Any:
    """Each dispute that a patient filed of covered lines, with what of it is open now (DISP-1)."""
    covered = _covered(plan_ids).subquery()
    open_now = _due_of(PostingRow.charge_id == BillDisputeLine.charge_id).scalar_subquery()
    all_of_it = func.greatest(open_now, 0)
    part = case(
        (BillDisputeLine.whole, all_of_it), else_=func.least(BillDisputeLine.amount, all_of_it)
    )
    due = (
        select(func.coalesce(func.sum(part, type_=Cents()), 0))
        .where(
            BillDisputeLine.dispute_id == BillDispute.id,
            BillDisputeLine.charge_id == func.any(covered.c.charge_ids),
        )
        .scalar_subquery()
    )
    return select(
        covered.c.plan_id,
        covered.c.visit_id,
        func.concat("bill_dispute:", BillDispute.id).label("source"),
        holds(on).label("stands"),
        due.label("due"),
    ).join(BillDispute, BillDispute.visit_id == covered.c.visit_id)


def _due_of(these: Any) -> Any:
    """What the ledger says patients owe on some lines."""
    receivable = select(LedgerAccount.id).where(LedgerAccount.code == Account.PATIENT_RECEIVABLE)
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    return select(func.coalesce(func.sum(signed), 0)).where(
        these, PostingRow.account_id == receivable.scalar_subquery()
    )
