"""Let credit on account settle bills that nothing holds any more (STMT-21)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, case, func, select

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.ledger import LedgerAccount, PostingRow
from portal.services.apply_credit import apply_credit


def apply_waiting_credit(*, on: date) -> Money:
    """Apply credit that waited for a held bill, once a day; what it settled."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    on_account = and_(LedgerAccount.code == Account.PATIENT_CREDIT, PostingRow.visit_id.is_(None))
    owing = LedgerAccount.code == Account.PATIENT_RECEIVABLE
    with transaction() as session:
        waiting = session.scalars(
            select(PostingRow.guarantor_account_id)
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(
                LedgerAccount.code.in_((Account.PATIENT_CREDIT, Account.PATIENT_RECEIVABLE)),
                PostingRow.guarantor_account_id.is_not(None),
            )
            .group_by(PostingRow.guarantor_account_id)
            .having(
                func.sum(signed).filter(on_account) < ZERO, func.sum(signed).filter(owing) > ZERO
            )
        ).all()
        owners = [account_id for account_id in waiting if account_id is not None]
        return apply_credit(
            session, guarantor_account_ids=owners, on=on, source=f"day:{on.isoformat()}"
        )
