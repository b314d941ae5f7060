"""What payers took under one reference and nobody has matched to a claim yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import Cents
from portal.models.ledger import LedgerAccount, PostingRow

SIGNED: Any = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)


def of_reference(payer_id: int | None, reference: str) -> tuple[ColumnElement[bool], ...]:
    """Legs of payer_recoupment under the payer and its reference."""
    return (
        LedgerAccount.code == Account.PAYER_RECOUPMENT.value,
        PostingRow.payer_id.is_(None) if payer_id is None else PostingRow.payer_id == payer_id,
        func.coalesce(PostingRow.reference, "") == reference,
    )


def taken_open(session: Session, payer_id: int | None, reference: str) -> Money:
    """Above zero it was taken and no claim is named; below zero it was carried forward and will be taken."""
    net: Money | None = session.scalar(
        select(func.sum(SIGNED, type_=Cents()))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(*of_reference(payer_id, reference))
    )
    return net or ZERO
