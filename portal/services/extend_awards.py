"""Give standing awards to bills whose share was decided since: new visits of the twelve months, older ones that waited (FA-9)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, any_, case, func, or_, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO
from portal.db import read_only, transaction
from portal.models.assistance_decisions import AssistanceDecision
from portal.models.claims import Charge, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.award_plan import AwardPlan, further_plan
from portal.services.approve_assistance import held_decision
from portal.services.make_decision import granting_of
from portal.services.post_award import post_award


def extend_awards(*, on: date, now: datetime) -> int:
    """How many standing decisions took more off; again on the same day: none.

    One transaction a decision, each holding its accounts; those without an open line are never touched.
    """
    with read_only() as session:
        standing = session.scalars(_with_open_lines(on)).all()
    return sum(_extend(decision_id, on=on, now=now) for decision_id in standing)


def _with_open_lines(on: date) -> Select[UUID]:
    """Standing decisions on whose accounts a covered bill is open."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    owing = (
        select(PostingRow.charge_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(LedgerAccount.code == Account.PATIENT_RECEIVABLE)
        .group_by(PostingRow.charge_id)
        .having(func.sum(signed) > ZERO)
    )
    return (
        select(AssistanceDecision.id)
        .join(Visit, Visit.guarantor_account_id == any_(AssistanceDecision.account_ids))
        .join(Charge, Charge.visit_id == Visit.id)
        .where(
            AssistanceDecision.state == "made",
            AssistanceDecision.discount > 0,
            AssistanceDecision.effective_on <= on,
            Visit.service_on <= AssistanceDecision.ends_on,
            or_(
                Visit.first_statement_on.is_(None),
                Visit.first_statement_on >= AssistanceDecision.covers_since,
            ),
            Charge.id.in_(owing),
        )
        .distinct()
        .order_by(AssistanceDecision.id)
    )


def _extend(decision_id: UUID, *, on: date, now: datetime) -> int:
    with transaction() as session:
        return extend_one(session, decision_id, on=on, now=now)


def extend_one(session: Session, decision_id: UUID, *, on: date, now: datetime) -> int:
    """One decision, in the caller's transaction; 1 where anything came off."""
    row = held_decision(session, decision_id)
    if row.state != "made" or not row.discount:
        return 0
    plan = further_plan(session, row.id, row.account_ids, granting_of(row), on=on)
    if not plan.lines:
        return 0
    ref = f"assistance:{row.id}:{_fact(plan)}"
    return int(post_award(session, row, plan, ref=ref, on=on, now=now) > ZERO)


def _fact(plan: AwardPlan) -> str:
    """Which lines at which share: the same again is the same entry."""
    return "+".join(
        f"{one.covered.line.charge_id}.{one.covered.line.share.cents}" for one in plan.lines
    )
