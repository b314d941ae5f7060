"""Ask for the refund of what patients paid for care that they may never owe (STMT-23)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.entries import PATIENT_MONEY
from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO
from portal.db import transaction
from portal.models.accounts import AccountCondition, Coverage
from portal.models.claims import Claim, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.visit_books import MEDICAID
from portal.services.remittance_work import REFUND_REASON, REFUND_STEP, refund_key


def note_refunds(*, on: date, now: datetime) -> int:
    """Open an item for each such visit and amount, once; how many visits hold such money.

    Money may come, or Medicaid be learned of, long after the plans decided.
    """
    with transaction() as session:
        visit_ids = _paid_and_covered(session)
        rows = [
            {
                "dedupe_key": refund_key(visit.visit_id, amount),
                "kind": "refund",
                "reasons": [REFUND_REASON],
                "next_step": REFUND_STEP,
                "amount": amount,
                "guarantor_account_id": visit.guarantor_account_id,
                "visit_id": visit.visit_id,
                "opened_at": now,
            }
            for account in (balances(session, on=on, visit_ids=visit_ids) if visit_ids else ())
            for visit in account.visits
            if Condition.MEDICAID_QMB in visit.conditions
            and (amount := visit.patient_paid + visit.credit) > ZERO
        ]
        if rows:
            session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())
    return len(rows)


def _paid_and_covered(session: Session) -> list[int]:
    """Visits with the patient's money where Medicaid or QMB may hold; the conditions say whether."""
    money = [account.value for account in (*PATIENT_MONEY, Account.PATIENT_CREDIT)]
    medicaid = or_(
        Visit.id.in_(select(Claim.visit_id).where(Claim.filing_code == MEDICAID)),
        Visit.patient_id.in_(select(Coverage.patient_id).where(Coverage.filing_code == MEDICAID)),
        *(
            column.in_(
                select(named).where(
                    AccountCondition.kind == Condition.MEDICAID_QMB,
                    AccountCondition.ended_at.is_(None),
                )
            )
            for column, named in (
                (Visit.id, AccountCondition.visit_id),
                (Visit.patient_id, AccountCondition.patient_id),
            )
        ),
    )
    paid = (
        select(PostingRow.visit_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(LedgerAccount.code.in_(money), PostingRow.visit_id.is_not(None))
    )
    return list(session.scalars(select(Visit.id).where(medicaid, Visit.id.in_(paid))))
