"""Let an approved batch of small balances go, account by account, and only what is still small and as it was read (OPS-19, OPS-22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing import entries
from billing.bad_debt import Basis, BillState
from billing.ledger import Account, Party
from billing.money import ZERO
from portal.db import read_only, transaction
from portal.models.bad_debt import BadDebtBill
from portal.queries.balances import AccountBalance, VisitBalance
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.propose_small_balances import small_balances

MEMO = "Small balance: smaller than what it costs to ask for it"


def post_small_balances(batch_id: UUID, *, on: date) -> int:
    """How many bills were let go now; an account of which anything changed since is left, with the reason."""
    waiting = _waiting(batch_id)
    with read_only() as session:
        accounts = session.scalars(
            select(BadDebtBill.guarantor_account_id)
            .where(*waiting)
            .distinct()
            .order_by(BadDebtBill.guarantor_account_id)
        ).all()
    return sum(_post(batch_id, account_id, on) for account_id in accounts)


def _waiting(batch_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """What patients owe of the batch; what payers left goes bill by bill (`post_payer_rests`)."""
    return (
        BadDebtBill.batch_id == batch_id,
        BadDebtBill.basis == Basis.SMALL.value,
        BadDebtBill.state == BillState.WAITING.value,
    )


def _post(batch_id: UUID, account_id: int, on: date) -> int:
    with transaction() as session:
        lock_posting(session)
        lock_accounts(session, [account_id])
        rows = session.scalars(
            select(BadDebtBill)
            .where(*_waiting(batch_id), BadDebtBill.guarantor_account_id == account_id)
            .order_by(BadDebtBill.id)
            .with_for_update()
        ).all()
        found = small_balances(session, on=on, account_ids=[account_id])
        (account,) = found.small or (None,)
        if account is None or _owed(account) != {row.visit_id: row.amount for row in rows}:
            rules = [rule for _, denied in found.denied for rule in denied]
            _refuse(rows, rules)
            return 0
        bills = {visit.visit_id: visit for visit in account.visits}
        for row in rows:
            _let_go(session, row, bills[row.visit_id], on)
        return len(rows)


def _owed(account: AccountBalance) -> dict[int, object]:
    return {v.visit_id: v.patient_due for v in account.visits if v.patient_due > ZERO}


def _refuse(rows: Sequence[BadDebtBill], rules: list[str]) -> None:
    for row in rows:
        row.state, row.rule_ids = BillState.REFUSED.value, rules
        row.why = "the gate says no now" if rules else "the account changed since it was proposed"


def _let_go(session: Session, row: BadDebtBill, bill: VisitBalance, on: date) -> None:
    lines = [
        entries.Line(
            Party(
                guarantor_account_id=row.guarantor_account_id,
                visit_id=row.visit_id,
                charge_id=charge.charge_id,
            ),
            charge.patient_due,
        )
        for charge in bill.charges
        if charge.patient_due
    ]
    entry = entries.adjustment(
        source_ref=f"small_balance:{row.id}",
        occurred_on=on,
        account=Account.SMALL_BALANCE,
        lines=lines,
        memo=MEMO,
    )
    row.entry_id, row.state = post_entry(session, entry).entry_id, BillState.POSTED.value
