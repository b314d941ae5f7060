"""The register of refunds by check, and what may be asked for of one account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from billing.check_refunds import PROMISED_CHECKS, SENT_WITHIN, TARGET
from billing.money import ZERO, Money
from billing.refunds import REASON_WORDS, RefundReason
from billing.transitions import CheckState, PaymentState
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.models.refunds import CheckRefund, CheckStep
from portal.queries.check_books import CreditBooks, credit_books, disputed, way_closed
from portal.queries.payment_method import method_in_words
from portal.queries.reach import paper_lines
from portal.queries.refund_books import refund_books
from portal.queries.viewer import StaffViewer

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check; `address` is where it goes now, or went when it was written."""

    id: UUID
    account_id: int
    account_number: str
    payee: str
    address: tuple[str, ...]
    amount: Money
    of: str  # the receipt, or the account's credit
    reason: str
    note: str
    state: CheckState
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str
    due_on: date
    number: str
    written_on: date | None
    cleared_on: date | None

    @property
    def waits(self) -> bool:
        return self.state in PROMISED_CHECKS

    def days_left(self, today: date) -> int:
        """Until it must have been sent (OPS-20)."""
        return (self.due_on - today).days

    def beyond_target(self, today: date) -> bool:
        """Whether the fortnight that we aim at is over."""
        return today > self.due_on - SENT_WITHIN + TARGET


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStepRow:
    """One step: what it became, when, by whom, why."""

    state: CheckState
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """One check with its history."""

    row: CheckRow
    steps: tuple[CheckStepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPayment:
    """A payment whose card takes nothing back any more."""

    id: UUID
    receipt_number: str
    method: str
    left: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAsk:
    """What a check may be asked for on one account."""

    account_id: int
    account_name: str
    account_number: str
    address: tuple[str, ...]
    credit: CreditBooks
    payments: tuple[ClosedPayment, ...]


def check_register(viewer: StaffViewer) -> tuple[CheckRow, ...]:
    """Those that wait first, by their clock; then the newest; empty for a role that sees no refunds."""
    if not viewer.may("refunds.view"):
        return ()
    with read_only() as session:
        rows = _rows(session)
    return tuple(
        sorted(rows, key=lambda row: (not row.waits, row.due_on if row.waits else date.min))
    )


def check_page(viewer: StaffViewer, check_id: UUID) -> CheckPage | None:
    """One check; None when there is none by this id, or the role sees none."""
    if not viewer.may("refunds.view"):
        return None
    with read_only() as session:
        rows = _rows(session, CheckRefund.id == check_id)
        return CheckPage(row=rows[0], steps=_steps(session, check_id)) if rows else None


def check_ask(account_id: int, *, on: date, now: datetime) -> CheckAsk | None:
    """The page where staff ask for a check; None when there is no such account."""
    with read_only() as session:
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            return None
        return CheckAsk(
            account_id=account_id,
            account_name=account.display_name,
            account_number=account.number,
            address=tuple(paper_lines(session, [account]).get(account_id, ())),
            credit=credit_books(session, account_id, on=on, now=now),
            payments=tuple(_closed(session, account_id, on=on, now=now)),
        )


def _closed(session: Session, account_id: int, *, on: date, now: datetime) -> list[ClosedPayment]:
    payments = session.scalars(
        select(Payment)
        .where(Payment.guarantor_account_id == account_id, Payment.state == PaymentState.SUCCEEDED)
        .order_by(Payment.succeeded_at.desc())
    )
    found = []
    for payment in payments:
        if disputed(session, payment.id) or not way_closed(session, payment, now=now):
            continue
        left = refund_books(session, payment, on=on).refundable
        if left > ZERO:
            found.append(
                ClosedPayment(
                    id=payment.id,
                    receipt_number=payment.receipt_number or "",
                    method=method_in_words(payment.method, payment.brand, payment.last4),
                    left=left,
                )
            )
    return found


def _rows(session: Session, *conditions: ColumnElement[bool]) -> list[CheckRow]:
    asked, decided = aliased(Login), aliased(Login)
    rows = session.execute(
        select(
            CheckRefund,
            GuarantorAccount,
            Payment.receipt_number,
            func.coalesce(func.nullif(asked.name, ""), asked.email).label("asked_by"),
            func.coalesce(func.nullif(decided.name, ""), decided.email).label("decided_by"),
        )
        .join(GuarantorAccount, GuarantorAccount.id == CheckRefund.guarantor_account_id)
        .join(asked, asked.id == CheckRefund.requested_by_id)
        .outerjoin(decided, decided.id == CheckRefund.decided_by_id)
        .outerjoin(Payment, Payment.id == CheckRefund.payment_id)
        .where(*conditions)
        .order_by(CheckRefund.state_at.desc(), CheckRefund.id)
        .limit(SHOWN)
    ).all()
    lines = paper_lines(session, [row.GuarantorAccount for row in rows])
    return [_row(row, tuple(lines.get(row.GuarantorAccount.id, ()))) for row in rows]


def _row(row: Row[*tuple[Any, ...]], address: tuple[str, ...]) -> CheckRow:
    check, account = row.CheckRefund, row.GuarantorAccount
    return CheckRow(
        id=check.id,
        account_id=account.id,
        account_number=account.number,
        payee=check.payee,
        address=tuple(check.address) if check.number else address,
        amount=check.amount,
        of=f"Receipt {row.receipt_number}" if row.receipt_number else "Credit on the account",
        reason=REASON_WORDS[RefundReason(check.reason)],
        note=check.note,
        state=CheckState(check.state),
        requested_by_id=check.requested_by_id,
        requested_by=row.asked_by,
        requested_at=check.requested_at,
        decided_by=row.decided_by or "",
        due_on=check.due_on,
        number=check.number,
        written_on=check.written_on,
        cleared_on=check.cleared_on,
    )


def _steps(session: Session, check_id: UUID) -> tuple[CheckStepRow, ...]:
    rows = session.execute(
        select(CheckStep, func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"))
        .join(Login, Login.id == CheckStep.login_id)
        .where(CheckStep.check_id == check_id)
        .order_by(CheckStep.id)
    )
    return tuple(
        CheckStepRow(state=CheckState(step.state), at=step.at, by=by, note=step.note)
        for step, by in rows
    )
