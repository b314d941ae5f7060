"""What plans paid on lines so far, and what they still owe, from the ledger alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among

PLAN_MONEY = (Account.PAYER_CLEARING, Account.PAYER_SUSPENSE, Account.PAYER_RECOUPMENT)


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """Of one line: paid by any plan, and open with any plan."""

    paid: Money = ZERO
    open: Money = ZERO


def plan_money(session: Session, charge_ids: Collection[int]) -> dict[int, PlanMoney]:
    """By line; one that no posting names is missing."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.charge_id, LedgerAccount.code, func.sum(signed).label("amount"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            among(PostingRow.charge_id, charge_ids),
            LedgerAccount.code.in_([*PLAN_MONEY, Account.INSURANCE_RECEIVABLE]),
        )
        .group_by(PostingRow.charge_id, LedgerAccount.code)
    )
    paid: dict[int, Money] = {}
    left: dict[int, Money] = {}
    for charge_id, code, amount in rows:
        shelf = left if code == Account.INSURANCE_RECEIVABLE else paid
        shelf[charge_id] = shelf.get(charge_id, ZERO) + amount
    return {
        charge_id: PlanMoney(paid.get(charge_id, ZERO), left.get(charge_id, ZERO))
        for charge_id in {*paid, *left}
    }
