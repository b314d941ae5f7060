"""A patient's credit that nothing waits for: what it is, whose, and what they asked us to do with it (STMT-11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.work import WorkItem
from portal.queries.balances import AccountBalance, VisitBalance, balances
from portal.queries.viewer import PatientViewer

ASKED = "credit_asked"  # the kind of work item that a patient's wish is
FOUND = "credit_found"  # and that the daily look opens
GONE, KEPT = "credit_gone", "kept_by_patient"  # how such an item ends with nothing left to send
SENT_WITHIN = timedelta(days=30)  # OPS-20


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCredit:
    """One account's free credit; `asked_at` is when its owner asked for it back."""

    account_id: int
    account_name: str
    amount: Money
    due: Money  # what it could settle now
    asked_at: datetime | None
    send_by: date | None


def undecided(visit: VisitBalance) -> bool:
    """Whether credit of the visit is paid ahead: a plan, or a person, still decides what is owed."""
    return visit.held or visit.insurance_due != ZERO


def free_credit(account: AccountBalance) -> Money:
    """What may be used for a bill or sent back."""
    kept = (visit.credit for visit in account.visits if not undecided(visit))
    return account.unapplied_credit + total_of(kept)


def credit_page(viewer: PatientViewer, *, on: date) -> tuple[AccountCredit, ...]:
    """The viewer's accounts that have free credit."""
    with read_only() as session:
        accounts = balances(session, on=on, account_ids=sorted(viewer.account_ids))
        owed = {account.guarantor_account_id: account.due_now for account in accounts}
        found = {
            account.guarantor_account_id: amount
            for account in accounts
            if (amount := free_credit(account)) > ZERO
        }
        asked = {item.guarantor_account_id: item for item in open_items(session, found, (ASKED,))}
        holders = session.scalars(
            select(GuarantorAccount)
            .where(GuarantorAccount.id.in_(found))
            .order_by(GuarantorAccount.number)
        ).all()
    return tuple(
        AccountCredit(
            account_id=holder.id,
            account_name=holder.display_name,
            amount=found[holder.id],
            due=owed[holder.id],
            asked_at=asked[holder.id].opened_at if holder.id in asked else None,
            send_by=asked[holder.id].due_on if holder.id in asked else None,
        )
        for holder in holders
    )


def open_items(
    session: Session, account_ids: Collection[int], kinds: Collection[str]
) -> list[WorkItem]:
    """Open work about the credit of these accounts."""
    return list(
        session.scalars(
            select(WorkItem).where(
                WorkItem.guarantor_account_id.in_(account_ids),
                WorkItem.kind.in_(kinds),
                WorkItem.closed_at.is_(None),
            )
        )
    )


def accounts_with_credit(session: Session) -> list[int]:
    """Accounts on which any credit stands, free or not."""
    signed = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.scalars(
        select(PostingRow.guarantor_account_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == Account.PATIENT_CREDIT,
            PostingRow.guarantor_account_id.is_not(None),
        )
        .group_by(PostingRow.guarantor_account_id)
        .having(func.sum(signed) > ZERO)
    )
    return sorted(account_id for account_id in rows if account_id is not None)
