"""What each plan still owes on one line, as the ledger says."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account, Side
from billing.money import ZERO, Money
from portal.models.accounts import Payer
from portal.models.claims import Claim
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.plan_money import PLAN_MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOpen:
    """One plan, its claim, and what is open on the line."""

    payer_id: int
    payer_name: str
    claim_id: int | None
    amount: Money


def plan_open(session: Session, visit_id: int, charge_id: int) -> tuple[PlanOpen, ...]:
    """The plans that owe something on the line."""
    signed = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.payer_id, Payer.name, func.sum(signed).label("open"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(Payer, Payer.id == PostingRow.payer_id)
        .where(
            PostingRow.charge_id == charge_id,
            LedgerAccount.code == Account.INSURANCE_RECEIVABLE,
        )
        .group_by(PostingRow.payer_id, Payer.name)
        .order_by(PostingRow.payer_id)
    ).all()
    claims = session.execute(
        select(Claim.payer_id, func.min(Claim.id))
        .where(Claim.visit_id == visit_id, Claim.state != "void")
        .group_by(Claim.payer_id)
    )
    claim_of = {row[0]: row[1] for row in claims}
    return tuple(
        PlanOpen(
            payer_id=row.payer_id,
            payer_name=row.name,
            claim_id=claim_of.get(row.payer_id),
            amount=row.open,
        )
        for row in rows
        if row.open > ZERO
    )


def plan_paid(session: Session, visit_id: int) -> frozenset[int]:
    """The plans whose money stands on the visit's lines, however it came: a decision, a release, a split."""
    signed = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    rows = session.scalars(
        select(PostingRow.payer_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.visit_id == visit_id,
            PostingRow.payer_id.is_not(None),
            PostingRow.charge_id.is_not(None),
            LedgerAccount.code.in_(PLAN_MONEY),
        )
        .group_by(PostingRow.payer_id, PostingRow.charge_id)
        .having(func.sum(signed) != ZERO)
    )
    return frozenset(one for one in rows if one is not None)


def claim_open(session: Session, visit_id: int, payer_id: int) -> list[tuple[int, Money]]:
    """What a plan owes on each line of a visit."""
    signed = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.charge_id, func.sum(signed).label("open"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.visit_id == visit_id,
            PostingRow.payer_id == payer_id,
            PostingRow.charge_id.is_not(None),
            LedgerAccount.code == Account.INSURANCE_RECEIVABLE,
        )
        .group_by(PostingRow.charge_id)
        .order_by(PostingRow.charge_id)
    )
    return [(row.charge_id, row.open) for row in rows if row.open > ZERO]
