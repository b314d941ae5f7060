"""Whose check it is, by scan line or account number; the batches that were posted, and what is in one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from billing.money import Money
from billing.scan_line import ACCOUNT_DIGITS
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import Login
from portal.models.payments import PracticeReceipt, ReceiptBatch

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The account that a row is for."""

    account_id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One batch in the list."""

    id: UUID
    received_on: date
    total: Money
    rows: int
    by: str
    posted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReceipt:
    """One receipt of a batch; `returned_on` when its check came back."""

    receipt_id: str
    account_id: int
    account: str
    name: str
    method: str
    check_number: str
    amount: Money
    received_on: date
    returned_on: date | None


def accounts_by_digits(digits: Collection[str]) -> dict[str, Payer]:
    """By the ten digits of a scan line: the account whose number they are."""
    plain = func.regexp_replace(GuarantorAccount.number, r"\D", "", "g")
    spelled = func.lpad(plain, ACCOUNT_DIGITS, "0")
    with read_only() as session:
        rows = session.execute(
            select(spelled, GuarantorAccount).where(spelled.in_(list(digits)))
        ).all()
    return {
        found: Payer(account_id=account.id, number=account.number, name=account.display_name)
        for found, account in rows
    }


def recent_batches() -> tuple[BatchRow, ...]:
    """Newest first."""
    query = (
        select(ReceiptBatch, Login.email, func.count(PracticeReceipt.id))
        .join(Login, Login.id == ReceiptBatch.login_id)
        .outerjoin(
            PracticeReceipt,
            (PracticeReceipt.batch_id == ReceiptBatch.id)
            & PracticeReceipt.reverses_receipt_id.is_(None),
        )
        .group_by(ReceiptBatch.id, Login.email)
        .order_by(ReceiptBatch.posted_at.desc())
        .limit(SHOWN)
    )
    with read_only() as session:
        return tuple(
            BatchRow(
                id=batch.id,
                received_on=batch.received_on,
                total=batch.total,
                rows=rows,
                by=by,
                posted_at=batch.posted_at,
            )
            for batch, by, rows in session.execute(query)
        )


def batch_receipts(batch_id: UUID) -> tuple[BatchReceipt, ...]:
    """What was posted in one batch, as it was entered."""
    back = aliased(PracticeReceipt)
    query = (
        select(PracticeReceipt, GuarantorAccount, back.received_on)
        .join(Patient, Patient.id == PracticeReceipt.patient_id)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .outerjoin(back, back.reverses_receipt_id == PracticeReceipt.receipt_id)
        .where(PracticeReceipt.batch_id == batch_id, PracticeReceipt.reverses_receipt_id.is_(None))
        .order_by(PracticeReceipt.id)
    )
    with read_only() as session:
        return tuple(
            BatchReceipt(
                receipt_id=receipt.receipt_id,
                account_id=account.id,
                account=account.number,
                name=account.display_name,
                method=receipt.method,
                check_number=receipt.check_number,
                amount=receipt.amount,
                received_on=receipt.received_on,
                returned_on=returned,
            )
            for receipt, account, returned in session.execute(query)
        )
