"""Where a payment's money lies in the books now: what a refund of it could take back, in order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from billing.check_refunds import LIVE_CHECKS, PROMISED_CHECKS
from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from billing.payment_choice import Scope
from billing.refunds import LIVE_REFUNDS, Source, Where
from portal.models.claims import Charge, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment, PaymentAllocation
from portal.models.refunds import CheckRefund, Refund
from portal.queries.balances import AccountBalance, ChargeBalance, VisitBalance, balances
from portal.queries.prepaid import applied, lies_apart, reference

SIGNED = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBooks:
    """`refundable` is what was captured less every live refund; `sources` are in the order taken."""

    refundable: Money
    sources: tuple[Source, ...]
    due: Money  # what the accounts owe before

    def paid_on(self, charge_id: int) -> Money:
        """What this payment still pays on a charge."""
        return total_of(
            s.amount for s in self.sources if s.where is Where.PAID and s.charge_id == charge_id
        )


def refund_books(session: Session, payment: Payment, *, on: date) -> RefundBooks:
    """Credit first, of the payment's own visits and then of the account; then the newest services.

    A line gives no more than this payment still pays on it, nor than the patient has on it at all.
    Eight statements beside those of the balance function, whatever the size.
    """
    paid = _paid(session, payment)
    accounts = balances(session, on=on, account_ids=sorted(refund_accounts(session, payment)))
    used = _credit_used(session, [a.guarantor_account_id for a in accounts])
    visits = [visit for account in accounts for visit in account.visits]
    own = _own_visits(visits, paid)
    return RefundBooks(
        refundable=payment.amount - live_refunds(session, payment.id),
        sources=(
            *_kept_apart(session, payment),
            *_visit_credit(visits, own),
            *_account_credit(
                payment, accounts, promised_checks(session, payment.guarantor_account_id)
            ),
            *_lines(visits, paid.lines, used),
        ),
        due=total_of(account.patient_due for account in accounts),
    )


def refund_accounts(session: Session, payment: Payment) -> set[int]:
    """The account that paid, and those to which its bills may have moved since."""
    moved = session.scalars(
        select(Visit.guarantor_account_id)
        .join(Charge, Charge.visit_id == Visit.id)
        .join(PaymentAllocation, PaymentAllocation.charge_id == Charge.id)
        .where(PaymentAllocation.payment_id == payment.id)
    )
    return {payment.guarantor_account_id, *moved}


def live_refunds(session: Session, payment_id: UUID) -> Money:
    """What is asked for, on its way or gone already, by card and by check together."""
    by_card = select(func.sum(Refund.amount)).where(
        Refund.payment_id == payment_id, Refund.state.in_(LIVE_REFUNDS)
    )
    by_check = select(func.sum(CheckRefund.amount)).where(
        CheckRefund.payment_id == payment_id, CheckRefund.state.in_(LIVE_CHECKS)
    )
    return total_of(session.scalar(total) or ZERO for total in (by_card, by_check))


@dataclass(frozen=True, slots=True)
class _Paid:
    """What the payment settled, less what its refunds took back, by charge and by visit."""

    lines: dict[int, Money]
    visits: dict[int, Money]


def _paid(session: Session, payment: Payment) -> _Paid:
    payment_id = payment.id
    lines: dict[int, Money] = defaultdict(lambda: ZERO)
    visits: dict[int, Money] = defaultdict(lambda: ZERO)
    settled = session.execute(
        select(PaymentAllocation.charge_id, Charge.visit_id, PaymentAllocation.amount)
        .join(Charge, Charge.id == PaymentAllocation.charge_id)
        .where(PaymentAllocation.payment_id == payment_id)
    ).all()
    refund_entries = func.coalesce(JournalEntry.reverses_id, JournalEntry.id)
    returned = session.execute(
        select(PostingRow.charge_id, PostingRow.visit_id, func.sum(SIGNED))
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Refund, Refund.entry_id == refund_entries)
        .outerjoin(CheckRefund, CheckRefund.entry_id == refund_entries)
        .where(
            or_(Refund.payment_id == payment_id, CheckRefund.payment_id == payment_id),
            LedgerAccount.code.in_((Account.STRIPE_CLEARING, Account.BANK)),
            PostingRow.visit_id.is_not(None),
        )
        .group_by(PostingRow.charge_id, PostingRow.visit_id)
    ).all()
    for charge_id, visit_id, amount in (*settled, *returned):
        if charge_id is not None:
            lines[charge_id] += amount
        visits[visit_id] += amount
    if payment.scope == Scope.AHEAD and payment.visit_id is not None:
        visits[payment.visit_id] += payment.amount
    if payment.scope == Scope.PREPAY:
        for visit_id, amount in applied(session, [payment.id]).items():
            visits[visit_id] += amount
    return _Paid(lines, visits)


def _kept_apart(session: Session, payment: Payment) -> list[Source]:
    """What still lies apart for a booked visit; a patient may have it back at any time."""
    held = lies_apart(session, payment.id) if payment.scope == Scope.PREPAY else ZERO
    if held <= ZERO:
        return []
    return [
        Source(
            where=Where.PREPAYMENT,
            account_id=payment.guarantor_account_id,
            visit_id=None,
            charge_id=None,
            amount=held,
            reference=reference(payment.id),
        )
    ]


def _own_visits(visits: list[VisitBalance], paid: _Paid) -> dict[int, Money]:
    return {v.visit_id: paid.visits[v.visit_id] for v in visits if v.visit_id in paid.visits}


def _credit_used(session: Session, account_ids: list[int]) -> dict[int, Money]:
    """What credit settled, by charge."""
    rows = session.execute(
        select(PostingRow.charge_id, func.sum(SIGNED))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == Account.PATIENT_CREDIT,
            PostingRow.charge_id.is_not(None),
            PostingRow.guarantor_account_id.in_(account_ids),
        )
        .group_by(PostingRow.charge_id)
    )
    return {charge_id: amount for charge_id, amount in rows if charge_id is not None}


def _visit_credit(visits: list[VisitBalance], own: dict[int, Money]) -> list[Source]:
    """Credit kept for the visits that this payment paid, up to what it paid there."""
    return [
        Source(
            where=Where.CREDIT,
            account_id=visit.guarantor_account_id,
            visit_id=visit.visit_id,
            charge_id=None,
            amount=min(visit.credit, own[visit.visit_id]),
            waits=Condition.OPEN_CLAIM in visit.conditions,
        )
        for visit in reversed(visits)
        if visit.visit_id in own and min(visit.credit, own[visit.visit_id]) > ZERO
    ]


def promised_checks(session: Session, account_id: int) -> Money:
    """Credit of the account that a check was asked or approved for: no card may take it too."""
    total = session.scalar(
        select(func.sum(CheckRefund.amount)).where(
            CheckRefund.guarantor_account_id == account_id,
            CheckRefund.payment_id.is_(None),
            CheckRefund.state.in_(PROMISED_CHECKS),
        )
    )
    return total or ZERO


def _account_credit(
    payment: Payment, accounts: list[AccountBalance], promised: Money
) -> list[Source]:
    return [
        Source(
            where=Where.CREDIT,
            account_id=account.guarantor_account_id,
            visit_id=None,
            charge_id=None,
            amount=account.unapplied_credit - promised,
        )
        for account in accounts
        if account.guarantor_account_id == payment.guarantor_account_id
        and account.unapplied_credit > promised
    ]


def _lines(
    visits: list[VisitBalance], paid: dict[int, Money], used: dict[int, Money]
) -> list[Source]:
    """What the payment pays, newest service first; then what was credit once and paid others."""
    own: list[Source] = []
    others: list[Source] = []
    charges = [(visit, charge) for visit in visits for charge in visit.charges]
    newest = sorted(charges, key=lambda pair: (pair[1].service_on, pair[1].charge_id), reverse=True)
    for visit, charge in newest:
        there = max(ZERO, charge.patient_paid)
        here = min(max(ZERO, paid.get(charge.charge_id, ZERO)), there)
        credit = min(max(ZERO, used.get(charge.charge_id, ZERO)), there - here)
        if here > ZERO:
            own.append(_line(Where.PAID, visit, charge, here))
        if credit > ZERO:
            others.append(_line(Where.CREDIT_USED, visit, charge, credit))
    return own + others


def _line(where: Where, visit: VisitBalance, charge: ChargeBalance, amount: Money) -> Source:
    return Source(
        where=where,
        account_id=visit.guarantor_account_id,
        visit_id=visit.visit_id,
        charge_id=charge.charge_id,
        amount=amount,
    )
