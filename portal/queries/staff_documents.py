"""What went out and what came back: statements as sent, payments, and money taken at the practice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.models.payments import PracticeReceipt
from portal.models.statements import Statement, StatementDelivery
from portal.queries.paging import PAGE_SIZE, Page, limits, page_of
from portal.queries.refunds import RefundRow, refunds_of_account
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.staff_home import PaymentRow, payments
from portal.queries.statement_content import StatementContent
from portal.queries.statement_due import statement_due_on
from portal.queries.statement_json import from_json
from portal.queries.viewer import StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One frozen statement and how it was sent."""

    id: int
    number: str
    cycle_on: date
    due_on: date
    amount_due: Money
    deliveries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """Money the practice took itself."""

    receipt_id: str
    received_on: date
    method: str
    kind: str
    amount: Money
    reverses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPage:
    """Statements by page; the newest payments and receipts beside them."""

    header: AccountHeader
    statements: Page[StatementRow]
    payments: tuple[PaymentRow, ...] | None
    refunds: tuple[RefundRow, ...]
    receipts: tuple[ReceiptRow, ...] | None


def documents_page(
    viewer: StaffViewer, account_id: int, *, number: int = 1
) -> DocumentsPage | None:
    """The papers of an account; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        sees_payments, sees_refunds = viewer.may("payments.view"), viewer.may("refunds.view")
        return DocumentsPage(
            header=header,
            statements=_statements(session, account_id, number),
            payments=payments(session, account_id=account_id, limit=PAGE_SIZE)
            if sees_payments
            else None,
            refunds=refunds_of_account(session, account_id) if sees_refunds else (),
            receipts=_receipts(session, account_id) if sees_payments else None,
        )


def statement_as_sent(account_id: int, statement_id: int) -> StatementContent | None:
    """The frozen content of one statement; None when the account has none by this id."""
    with read_only() as session:
        content = session.scalar(
            select(Statement.content).where(
                Statement.id == statement_id, Statement.guarantor_account_id == account_id
            )
        )
    return None if content is None else from_json(content)


def _statements(session: Session, account_id: int, number: int) -> Page[StatementRow]:
    offset, limit = limits(number)
    sent = func.array_remove(
        func.array_agg(
            StatementDelivery.channel
            + " on "
            + func.to_char(StatementDelivery.delivered_on, "Mon FMDD, YYYY")
            + func.coalesce(
                func.to_char(StatementDelivery.returned_on, '", came back on" Mon FMDD, YYYY'), ""
            )
        ),
        None,
    )
    rows = session.execute(
        select(
            Statement.id,
            Statement.number,
            Statement.cycle_on,
            statement_due_on().label("due_on"),
            Statement.amount_due,
            sent.label("deliveries"),
        )
        .outerjoin(StatementDelivery, StatementDelivery.statement_id == Statement.id)
        .where(Statement.guarantor_account_id == account_id)
        .group_by(Statement.id)
        .order_by(Statement.cut_at.desc(), Statement.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return page_of(
        [
            StatementRow(
                id=row.id,
                number=row.number,
                cycle_on=row.cycle_on,
                due_on=row.due_on,
                amount_due=row.amount_due,
                deliveries=tuple(row.deliveries),
            )
            for row in rows
        ],
        number,
    )


def _receipts(session: Session, account_id: int) -> tuple[ReceiptRow, ...]:
    rows = session.execute(
        select(
            PracticeReceipt.receipt_id,
            PracticeReceipt.received_on,
            PracticeReceipt.method,
            PracticeReceipt.kind,
            PracticeReceipt.amount,
            PracticeReceipt.reverses_receipt_id,
        )
        .join(Patient, Patient.id == PracticeReceipt.patient_id)
        .outerjoin(Visit, Visit.id == PracticeReceipt.visit_id)
        .where(
            func.coalesce(Visit.guarantor_account_id, Patient.guarantor_account_id) == account_id
        )
        .order_by(PracticeReceipt.received_on.desc(), PracticeReceipt.id.desc())
        .limit(PAGE_SIZE)
    )
    return tuple(
        ReceiptRow(
            receipt_id=row.receipt_id,
            received_on=row.received_on,
            method=row.method,
            kind=row.kind,
            amount=row.amount,
            reverses=row.reverses_receipt_id or "",
        )
        for row in rows
    )
