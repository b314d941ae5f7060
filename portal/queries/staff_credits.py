"""Patients' credit: what may be sent back, with its clock, and apart from it what still waits (OPS-20, STMT-11).

Money of a visit that a plan or a person still decides is paid ahead and no credit; money before a booked visit
is none either. What is owed to a payer is never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.check_refunds import PROMISED_CHECKS, SENT_WITHIN, TARGET
from billing.ledger import Account, Side
from billing.money import ZERO, Money, total_of
from billing.transitions import RefundState
from portal.db import Cents, read_only
from portal.models.accounts import GuarantorAccount
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.refunds import CheckRefund, Refund
from portal.models.work import WorkItem
from portal.queries.balances import AccountBalance, VisitBalance, balances
from portal.queries.credit import ASKED, FOUND, accounts_with_credit, free_credit, undecided

ALERTS = (14, 21, 28)  # days after it was found, OPS-20
LAWS = {
    "FL": "Florida: within 30 days of finding it, for whoever was billed by law (since Jan 2026)"
}
UNDER_WAY = (
    RefundState.REQUESTED,
    RefundState.APPROVED,
    RefundState.SUBMITTING,
    RefundState.PENDING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRow:
    """One account's credit that no bill needs."""

    account_id: int
    account_number: str
    account_name: str
    amount: Money
    found_on: date | None
    due_on: date | None
    asked: bool  # the patient asked for it
    under_way: Money  # refunds and checks that are asked for
    due_now: Money  # what it could settle, with the guarantor's yes
    needed: Money  # what other bills of the account may still come to
    law: str

    def days_left(self, today: date) -> int | None:
        return (self.due_on - today).days if self.due_on else None

    def alert(self, today: date) -> int:
        """The last of days 14, 21 and 28 that is over; 0 before."""
        days = (today - self.found_on).days if self.found_on else 0
        return max((one for one in ALERTS if days >= one), default=0)

    @property
    def target(self) -> date | None:
        """The fortnight that we aim at."""
        return self.found_on + TARGET if self.found_on else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMoney:
    """Money of a visit that somebody still decides: no credit yet."""

    account_id: int
    account_number: str
    account_name: str
    visit_id: int
    service_on: date
    amount: Money
    why: tuple[str, ...]

    @property
    def words(self) -> str:
        text = "; ".join(self.why)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsPage:
    """The worklist, what waits, and what was paid before booked visits."""

    rows: tuple[CreditRow, ...]
    waiting: tuple[WaitingMoney, ...]
    prepaid: Money

    @property
    def total(self) -> Money:
        return total_of(row.amount for row in self.rows)

    @property
    def waits(self) -> Money:
        return total_of(one.amount for one in self.waiting)


def credits_page(*, on: date) -> CreditsPage:
    """Everything on one consistent view, what is due first at the top."""
    with read_only() as session:
        ids = accounts_with_credit(session)
        found = balances(session, on=on, account_ids=ids) if ids else ()
        holders = {
            row.id: row
            for row in session.scalars(select(GuarantorAccount).where(GuarantorAccount.id.in_(ids)))
        }
        clocks = _clocks(session, ids)
        under_way = _under_way(session, ids)
        prepaid = _prepaid(session)
    rows = [
        _row(account, holders[account.guarantor_account_id], clocks, under_way)
        for account in found
        if free_credit(account) > ZERO
    ]
    waiting = [
        _waiting(visit, holders[account.guarantor_account_id])
        for account in found
        for visit in account.visits
        if visit.credit > ZERO and undecided(visit)
    ]
    return CreditsPage(
        rows=tuple(sorted(rows, key=lambda row: (row.due_on or date.max, -row.amount.cents))),
        waiting=tuple(sorted(waiting, key=lambda one: (one.service_on, one.visit_id))),
        prepaid=prepaid,
    )


def _row(
    account: AccountBalance,
    holder: GuarantorAccount,
    clocks: Mapping[int, WorkItem],
    under_way: Mapping[int, Money],
) -> CreditRow:
    item = clocks.get(holder.id)
    return CreditRow(
        account_id=holder.id,
        account_number=holder.number,
        account_name=holder.display_name,
        amount=free_credit(account),
        found_on=item.due_on - SENT_WITHIN if item and item.due_on else None,
        due_on=item.due_on if item else None,
        asked=item is not None and item.kind == ASKED,
        under_way=under_way.get(holder.id, ZERO),
        due_now=account.due_now,
        needed=total_of(
            visit.insurance_due + visit.patient_due for visit in account.visits if undecided(visit)
        ),
        law=LAWS.get(holder.state, ""),
    )


def _waiting(visit: VisitBalance, holder: GuarantorAccount) -> WaitingMoney:
    why = visit.reasons or (f"The plan still owes an answer on {visit.insurance_due}.",)
    return WaitingMoney(
        account_id=holder.id,
        account_number=holder.number,
        account_name=holder.display_name,
        visit_id=visit.visit_id,
        service_on=visit.service_on,
        amount=visit.credit,
        why=why,
    )


def _clocks(session: Session, ids: list[int]) -> dict[int, WorkItem]:
    """The open item of each account, whose due day is the clock's end."""
    items = session.scalars(
        select(WorkItem)
        .where(
            WorkItem.kind.in_((ASKED, FOUND)),
            WorkItem.closed_at.is_(None),
            WorkItem.guarantor_account_id.in_(ids),
        )
        .order_by(WorkItem.due_on.desc())
    )
    return {item.guarantor_account_id or 0: item for item in items}


def _under_way(session: Session, ids: list[int]) -> dict[int, Money]:
    checks = select(
        CheckRefund.guarantor_account_id.label("account_id"), CheckRefund.amount.label("amount")
    ).where(
        CheckRefund.guarantor_account_id.in_(ids),
        CheckRefund.state.in_([state.value for state in PROMISED_CHECKS]),
    )
    cards = (
        select(Payment.guarantor_account_id, Refund.amount.label("amount"))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.guarantor_account_id.in_(ids),
            Refund.state.in_([state.value for state in UNDER_WAY]),
        )
    )
    both = checks.union_all(cards).subquery()
    rows = session.execute(
        select(both.c.account_id, func.sum(both.c.amount, type_=Cents()).label("total")).group_by(
            both.c.account_id
        )
    )
    return {row.account_id: row.total for row in rows}


def _prepaid(session: Session) -> Money:
    signed = case((PostingRow.side == Side.CREDIT, PostingRow.amount), else_=-PostingRow.amount)
    found: Money | None = session.scalar(
        select(func.sum(signed))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(LedgerAccount.code == Account.PATIENT_PREPAYMENT)
    )
    return found or ZERO
