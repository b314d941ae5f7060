"""Money that came in or was taken off here, as a file for the practice's other software (posting.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.refunds import CheckRefund, Refund
from portal.services.import_receipts import OURS

# The columns of the receipts file, so that what comes back by mistake is known as ours; then more.
COLUMNS = (
    "receipt_id",
    "practice_patient_id",
    "date",
    "method",
    "amount_cents",
    "kind",
    "control_number",
    "service_date",
    "reverses",
    "procedure_code",
    "account_number",
)
METHODS = {"us_bank_account": "bank"}


def export_payments(*, since: date) -> str:
    """CSV of every receipt, refund and adjustment from that day on, one row for each line it touches.

    An amount above zero lowers what the patient owes; a row taken back is negative and names what
    it reverses. The same day exported twice gives the same rows under the same ids.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    with read_only() as session:
        writer.writerows(_row(row) for row in _legs(session, since))
    return page.getvalue()


def _legs(session: Session, since: date) -> Iterator[Row[*tuple[Any, ...]]]:
    original = aliased(PostingRow)
    reduces = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    exported = or_(
        *(JournalEntry.kind.like(f"{kind}%") for kind in ("payment", "refund", "dispute")),
        JournalEntry.kind.like("adjustment%"),
        JournalEntry.source_ref.like("desk:%"),  # checks and cash that were entered here
    )
    rows = session.execute(
        select(
            PostingRow.id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            reduces.label("amount"),
            Patient.practice_patient_id,
            Visit.control_number,
            Charge.service_on,
            Charge.procedure_code,
            GuarantorAccount.number,
            func.coalesce(Payment.method, case((CheckRefund.id.is_not(None), "check"))).label(
                "method"
            ),
            original.id.label("reverses"),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(GuarantorAccount, GuarantorAccount.id == PostingRow.guarantor_account_id)
        .outerjoin(Visit, Visit.id == PostingRow.visit_id)
        .outerjoin(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Charge, Charge.id == PostingRow.charge_id)
        .outerjoin(
            Refund, Refund.entry_id == func.coalesce(JournalEntry.reverses_id, JournalEntry.id)
        )
        .outerjoin(
            CheckRefund,
            CheckRefund.entry_id == func.coalesce(JournalEntry.reverses_id, JournalEntry.id),
        )
        .outerjoin(
            Payment, or_(Payment.entry_id == JournalEntry.id, Payment.id == Refund.payment_id)
        )
        .outerjoin(
            original,
            and_(
                original.entry_id == JournalEntry.reverses_id,
                original.account_id == PostingRow.account_id,
                original.charge_id.is_not_distinct_from(PostingRow.charge_id),
                original.visit_id.is_not_distinct_from(PostingRow.visit_id),
            ),
        )
        .where(
            JournalEntry.occurred_on >= since,
            LedgerAccount.code.in_(
                (Account.PATIENT_RECEIVABLE, Account.PATIENT_CREDIT, Account.PATIENT_PREPAYMENT)
            ),
            exported,
        )
        .order_by(JournalEntry.occurred_on, PostingRow.id)
    )
    return iter(rows)


def _row(leg: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    return (
        f"{OURS}{leg.id}",
        leg.practice_patient_id or "",
        leg.occurred_on.isoformat(),
        METHODS.get(leg.method, leg.method) or "other",
        str(leg.amount.cents),
        _kind(leg.kind, leg.amount),
        leg.control_number or "",
        leg.service_on.isoformat() if leg.service_on else "",
        f"{OURS}{leg.reverses}" if leg.reverses else "",
        leg.procedure_code or "",
        leg.number,
    )


def _kind(kind: str, amount: Money) -> str:
    if kind.startswith("adjustment"):
        return "adjustment"
    return "refund" if amount < ZERO or kind.startswith("refund") else "payment"
