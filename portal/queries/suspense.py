"""How much of a payer's money waits in suspense for one held decision (OPS-14)."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.remittances import RemittanceClaim


def waiting_in_suspense(session: Session, remittance_claim_id: int | None) -> Money:
    """What the held claim's own entry put into suspense and nobody has released."""
    if remittance_claim_id is None:
        return ZERO
    signed = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    references = (
        select(PostingRow.reference)
        .join(RemittanceClaim, RemittanceClaim.entry_id == PostingRow.entry_id)
        .where(RemittanceClaim.id == remittance_claim_id)
    )
    total = session.scalar(
        select(func.sum(signed))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == Account.PAYER_SUSPENSE.value,
            PostingRow.reference.in_(references),
        )
    )
    return total or ZERO
