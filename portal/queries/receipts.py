"""Receipts of payments: what was paid, how, and for which services, as a health account may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from billing.language_help import on_paper, tags_of
from billing.money import ZERO, Money, total_of
from billing.payment_choice import Scope
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Provider, Visit
from portal.models.payments import Payment, PaymentAllocation
from portal.models.practice import Practice
from portal.queries.disputes_told import DisputeTold, disputes_told
from portal.queries.paid_by import HELPER, paid_by
from portal.queries.payment_method import method_in_words
from portal.queries.payments import pay_page, visible_payments
from portal.queries.plain_services import describe
from portal.queries.refunds_told import (
    RefundTold,
    Telling,
    refunds_told,
    returned_by_charge,
)
from portal.queries.viewer import AccountViewer, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One service that the payment went to."""

    service_on: date
    patient_id: int
    patient_name: str
    provider_name: str
    what: str
    amount: Money
    returned: Money  # sent back since

    @property
    def kept(self) -> Money:
        return self.amount - self.returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A payment that went through."""

    payment_id: UUID
    number: str
    account_id: int
    owner: str  # of the account
    helper: str  # who paid for them; empty otherwise
    amount: Money
    paid_at: datetime
    paid_on: date  # in the practice's zone
    method: str
    lines: tuple[ReceiptLine, ...]
    scope: str
    visit_id: int | None
    charge_ids: tuple[int, ...]
    split: bool  # the rest was left to another card
    credit: Money  # what no service took: kept for the payer, or sent back since
    refunds: tuple[RefundTold, ...]
    dispute: DisputeTold | None  # when a bank took the payment back
    practice_name: str
    practice_address: tuple[str, ...]
    practice_phone: str
    languages: tuple[str, ...]  # of the notice of free help (LANG-1)
    practice_tax_id: str

    @property
    def payer_name(self) -> str:
        """With the helper, when one paid for them."""
        return f"{self.helper}, for {self.owner}" if self.helper else self.owner

    @property
    def ahead(self) -> bool:
        """Whether it was paid toward a visit that was no bill."""
        return self.scope == Scope.AHEAD

    @property
    def before_visit(self) -> bool:
        """Whether it was paid before a booked visit."""
        return self.scope == Scope.PREPAY

    @property
    def patient_ids(self) -> frozenset[int]:
        return frozenset(line.patient_id for line in self.lines)

    @property
    def sent_back(self) -> Money:
        """What left again; what came back from the bank does not count."""
        return _sent_back(self.refunds)

    @property
    def credit_returned(self) -> Money:
        """What went back of the credit, not of a service."""
        return self.sent_back - total_of(line.returned for line in self.lines)

    @property
    def kept(self) -> Money:
        """What was paid in the end: the figure for a health account."""
        return counts_as_paid(self.amount, self.refunds, self.dispute)


def counts_as_paid(
    amount: Money, refunds: Iterable[RefundTold], dispute: DisputeTold | None
) -> Money:
    """What is left of a payment: receipts and the yearly summary both say this figure (ADR 14)."""
    return amount - _sent_back(refunds) - (dispute.taken if dispute else ZERO)


def _sent_back(refunds: Iterable[RefundTold]) -> Money:
    return total_of(refund.amount for refund in refunds if refund.telling is Telling.SENT)


def printed_tax_id(number: str) -> str:
    """`99-0000001`, as forms and health accounts ask for it; what has no nine digits stays as it is."""
    return f"{number[:2]}-{number[2:]}" if re.fullmatch(r"\d{9}", number) else number


def practice_address(practice: Practice) -> tuple[str, ...]:
    """The lines under the practice's name."""
    town = f"{practice.city}, {practice.state} {practice.postal_code}"
    return tuple(line for line in (practice.street, practice.street2, town) if line.strip(", "))


def receipt(viewer: Viewer, number: str) -> Receipt | None:
    """The receipt of one payment; none before the money came, or for another's account."""
    query = (
        select(
            Payment.id,
            Payment.receipt_number,
            Payment.guarantor_account_id,
            Payment.amount.label("amount"),
            Payment.succeeded_at,
            Payment.method,
            Payment.brand,
            Payment.last4,
            Payment.scope,
            Payment.visit_id,
            Payment.charge_ids,
            Payment.split,
            *HELPER,
            GuarantorAccount,
            Practice,
        )
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .join(Practice, Practice.id == 1)
        .where(Payment.receipt_number == number, visible_payments(viewer))
    )
    with read_only() as session:
        row = session.execute(query).one_or_none()
        if row is None:
            return None
        refunds = refunds_told(session, [row.id]).get(row.id, ())
        dispute = disputes_told(session, [row.id]).get(row.id)
        return _receipt(row, paid_by(row, viewer), _lines(session, row.id), refunds, dispute)


def _lines(session: Session, payment_id: UUID) -> tuple[ReceiptLine, ...]:
    returned = returned_by_charge(session, payment_id)
    rows = session.execute(
        select(
            Charge.id,
            Charge.service_on,
            Charge.description,
            Charge.procedure_code,
            Patient.id.label("patient_id"),
            Patient.first_name,
            Patient.last_name,
            PaymentAllocation.amount.label("amount"),
            Provider,
        )
        .join(Charge, Charge.id == PaymentAllocation.charge_id)
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Provider, Provider.id == func.coalesce(Charge.provider_id, Visit.provider_id))
        .where(PaymentAllocation.payment_id == payment_id)
        .order_by(Charge.service_on, Charge.id)
    )
    return tuple(
        ReceiptLine(
            service_on=row.service_on,
            patient_id=row.patient_id,
            patient_name=f"{row.first_name} {row.last_name}".strip(),
            provider_name=row.Provider.display_name if row.Provider else "",
            what=row.description or describe(row.procedure_code) or "Medical service",
            amount=row.amount,
            returned=returned.get(row.id, ZERO),
        )
        for row in rows
    )


def _receipt(
    row: Row[*tuple[Any, ...]],
    helper: str,
    lines: tuple[ReceiptLine, ...],
    refunds: tuple[RefundTold, ...],
    dispute: DisputeTold | None,
) -> Receipt:
    practice = row.Practice
    return Receipt(
        payment_id=row.id,
        number=row.receipt_number,
        account_id=row.guarantor_account_id,
        owner=row.GuarantorAccount.display_name,
        helper=helper,
        amount=row.amount,
        paid_at=row.succeeded_at,
        paid_on=row.succeeded_at.astimezone(ZoneInfo(practice.time_zone)).date(),
        method=method_in_words(row.method, row.brand, row.last4),
        lines=lines,
        scope=row.scope,
        visit_id=row.visit_id,
        charge_ids=tuple(row.charge_ids),
        split=row.split,
        credit=row.amount - total_of(line.amount for line in lines),
        refunds=refunds,
        dispute=dispute,
        practice_name=practice.name,
        practice_address=practice_address(practice),
        practice_phone=practice.phone,
        languages=tags_of(practice.state),
        practice_tax_id=printed_tax_id(practice.tax_id),
    )


def rest_due(viewer: AccountViewer, receipt: Receipt, *, on: date) -> Money:
    """What is still due of the bill that two cards were to pay; zero for every other receipt."""
    if not receipt.split:
        return ZERO
    page = pay_page(viewer, on=on, account_id=receipt.account_id)
    return total_of(
        line.due
        for line in (page.lines if page else ())
        if not line.held
        and (receipt.visit_id is None or line.visit_id == receipt.visit_id)
        and (not receipt.charge_ids or line.charge_id in receipt.charge_ids)
    )


def receipt_print(receipt: Receipt) -> Mapping[str, Any]:
    """The same receipt as plain data for the printed layout: itemised as a health account asks for it."""
    lines = [
        {
            "date": _day(line.service_on),
            "what": line.what,
            "patient": line.patient_name,
            "provider": line.provider_name or receipt.practice_name,
            "amount": str(line.amount),
        }
        for line in receipt.lines
    ]
    if receipt.credit:
        what = PAID_AHEAD if receipt.ahead else "More than was due"
        if receipt.before_visit:
            what = "Paid before a booked visit"
        credit = {"date": "", "what": what, "patient": "", "provider": ""}
        lines.append({**credit, "amount": str(receipt.credit)})
    return {
        "receipt_number": receipt.number,
        "practice_name": receipt.practice_name,
        "practice_address": list(receipt.practice_address),
        "practice_phone": receipt.practice_phone,
        "language_help": on_paper(receipt.practice_phone, receipt.languages),
        "practice_tax_id": receipt.practice_tax_id,
        "payer_name": receipt.payer_name,
        "amount": str(receipt.amount),
        "paid_on": _day(receipt.paid_on),
        "method": receipt.method,
        "lines": lines,
        "went_back": _went_back(receipt),
        "returned_lines": [
            {"date": _day(line.service_on), "what": line.what, "amount": str(-line.returned)}
            for line in receipt.lines
            if line.returned
        ],
        "kept": str(receipt.kept),
        "note": receipt.dispute.words if receipt.dispute else NOTE,
    }


def _went_back(receipt: Receipt) -> list[dict[str, str]]:
    rows = [
        {"date": _day(refund.on), "what": "Sent back to you", "amount": str(-refund.amount)}
        for refund in receipt.refunds
        if refund.telling is Telling.SENT
    ]
    if receipt.dispute:
        taken = str(-receipt.dispute.taken)
        day = _day(receipt.dispute.on)
        rows.append({"date": day, "what": "Taken back by your bank", "amount": taken})
    return rows


PAID_AHEAD = "Paid toward a visit that the plan had not decided: kept as credit, not a bill"
NOTE = (
    "Keep this for your taxes, or for a health savings (HSA) or flexible spending (FSA) account."
    " It shows who was treated, by whom, when, for what, and what you paid yourself."
)


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"
