"""Let go what payers left of the bills of an approved batch, bill by bill, and only what is still as it was read (OPS-19, OPS-22)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing import entries
from billing.bad_debt import Basis, BillState
from billing.ledger import Account
from portal.db import read_only, transaction
from portal.models.bad_debt import BadDebtBill
from portal.queries.payer_rests import payer_rests
from portal.services.follow_denials import follow_denials
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry

MEMO = "Small balance: what a plan left is smaller than what it costs to ask for it"


def post_payer_rests(batch_id: UUID, *, on: date, now: datetime) -> int:
    """How many were let go now; a bill of which anything changed since is left, with the reason."""
    with read_only() as session:
        waiting = session.scalars(
            select(BadDebtBill.id)
            .where(
                BadDebtBill.batch_id == batch_id,
                BadDebtBill.basis == Basis.PAYER_REST.value,
                BadDebtBill.state == BillState.WAITING.value,
            )
            .order_by(BadDebtBill.id)
        ).all()
    return sum(_post(bill_id, on, now) for bill_id in waiting)


def _post(bill_id: int, on: date, now: datetime) -> bool:
    with transaction() as session:
        lock_posting(session)
        account_id = session.scalar(
            select(BadDebtBill.guarantor_account_id).where(BadDebtBill.id == bill_id)
        )
        lock_accounts(session, [account_id or 0])
        row = session.get_one(BadDebtBill, bill_id, with_for_update=True)
        if row.state != BillState.WAITING:
            return False  # another press of the same button
        rest = next(iter(payer_rests(session, on=on, visit_ids=[row.visit_id])), None)
        changed = rest is None or (rest.account_id, rest.amount) != (account_id, row.amount)
        if rest is None or changed or rest.rule_ids:
            rules = list(rest.rule_ids) if rest else []
            row.state, row.rule_ids = BillState.REFUSED.value, rules
            row.why = "the gate says no now" if rules else "the bill changed since it was proposed"
            return False
        entry = entries.adjustment(
            source_ref=f"small_balance:{row.id}",
            occurred_on=on,
            account=Account.SMALL_BALANCE,
            of=Account.INSURANCE_RECEIVABLE,
            lines=rest.lines,
            memo=MEMO,
        )
        row.entry_id, row.state = post_entry(session, entry).entry_id, BillState.POSTED.value
        session.flush()
        follow_denials(session, visit_ids=[row.visit_id], now=now)
    return True
