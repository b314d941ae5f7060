"""What a person paid here in one calendar year, less what went back: the figure for taxes and health accounts (ADR 14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Row, exists, extract, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.language_help import tags_of
from billing.money import Money, total_of
from billing.transitions import CheckState, RefundState
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Provider, Visit
from portal.models.disputes import Dispute
from portal.models.payments import Payment, PaymentAllocation
from portal.models.practice import Practice
from portal.models.refunds import CheckRefund, Refund
from portal.queries.disputes_told import DisputeTold, disputes_told
from portal.queries.overview import visit_title
from portal.queries.paid_by import HELPER, paid_by
from portal.queries.payment_method import method_in_words
from portal.queries.payments import visible_payments
from portal.queries.receipts import counts_as_paid, practice_address, printed_tax_id
from portal.queries.refunds_told import RefundTold, Telling, refunds_told
from portal.queries.viewer import AccountViewer

FIRST_YEAR = 2000  # nobody paid here before it; a year outside is no page


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidFor:
    """The part of a payment that went to one visit."""

    service_on: date
    patient_id: int
    patient_name: str
    provider_name: str
    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WentBack:
    """Money of one payment that left again: sent back by us, or taken back by a bank."""

    on: date
    amount: Money
    by_bank: bool
    receipt_number: str
    paid_on: date

    @property
    def later(self) -> bool:
        """Whether it left in a later year than the payment came."""
        return self.on.year > self.paid_on.year


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPayment:
    """One payment that went through in the year."""

    receipt_number: str
    paid_on: date
    method: str
    paid_by: str  # a helper who acted for the patient
    amount: Money
    paid_for: tuple[PaidFor, ...]
    credit: Money  # what no visit took
    went_back: tuple[WentBack, ...]
    kept: Money  # what its receipt calls "Counts as paid now"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPaid:
    """One year of one viewer."""

    year: int
    account_ids: frozenset[int]  # whose payments are told
    payments: tuple[YearPayment, ...]  # oldest first
    of_earlier_years: tuple[WentBack, ...]  # left in this year; lowers the year it was paid in
    payer_names: tuple[str, ...]
    practice_name: str
    practice_address: tuple[str, ...]
    practice_phone: str
    languages: tuple[str, ...]  # of the notice of free help (LANG-1)
    practice_tax_id: str

    @property
    def paid(self) -> Money:
        return total_of(payment.amount for payment in self.payments)

    @property
    def went_back(self) -> Money:
        return self.paid - self.kept

    @property
    def kept(self) -> Money:
        """What counts as paid in the year: the sum of what its receipts say."""
        return total_of(payment.kept for payment in self.payments)

    @property
    def returns(self) -> tuple[WentBack, ...]:
        """Everything that left of the year's payments."""
        return tuple(back for payment in self.payments for back in payment.went_back)

    @property
    def patient_ids(self) -> frozenset[int]:
        return frozenset(part.patient_id for p in self.payments for part in p.paid_for)


def paid_years(viewer: AccountViewer) -> tuple[int, ...]:
    """The years in which this viewer's payments went through, newest first."""
    zone = select(Practice.time_zone).scalar_subquery()
    year = extract("year", func.timezone(zone, Payment.succeeded_at)).cast(Integer)
    with read_only() as session:
        found = session.scalars(
            select(year)
            .where(visible_payments(viewer), Payment.succeeded_at.is_not(None))
            .distinct()
        )
        return tuple(sorted(found, reverse=True))


def year_paid(viewer: AccountViewer, year: int) -> YearPaid:
    """Every payment of the viewer that went through in the year by the practice's calendar, however many."""
    with read_only() as session:
        practice = session.get_one(Practice, 1)
        zone = ZoneInfo(practice.time_zone)
        begin, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
        rows = _payments(session, viewer, begin, end)
        ids = [row.id for row in rows]
        refunds, disputes = refunds_told(session, ids), disputes_told(session, ids)
        parts = _paid_for(session, [row.id for row in rows if row.succeeded_at >= begin])
    told = {
        row.id: _went_back(row, zone, refunds.get(row.id, ()), disputes.get(row.id)) for row in rows
    }
    of_year = [row for row in rows if row.succeeded_at >= begin]
    earlier = [back for row in rows if row.succeeded_at < begin for back in told[row.id]]
    return YearPaid(
        year=year,
        account_ids=frozenset(row.guarantor_account_id for row in rows),
        payments=tuple(
            YearPayment(
                receipt_number=row.receipt_number,
                paid_on=row.succeeded_at.astimezone(zone).date(),
                method=method_in_words(row.method, row.brand, row.last4),
                paid_by=paid_by(row, viewer),
                amount=row.amount,
                paid_for=parts[row.id],
                credit=row.amount - total_of(part.amount for part in parts[row.id]),
                went_back=told[row.id],
                kept=counts_as_paid(row.amount, refunds.get(row.id, ()), disputes.get(row.id)),
            )
            for row in of_year
        ),
        of_earlier_years=tuple(back for back in earlier if back.on.year == year),
        payer_names=tuple(dict.fromkeys(row.GuarantorAccount.display_name for row in of_year)),
        practice_name=practice.name,
        practice_address=practice_address(practice),
        practice_phone=practice.phone,
        languages=tags_of(practice.state),
        practice_tax_id=printed_tax_id(practice.tax_id),
    )


def _payments(
    session: Session, viewer: AccountViewer, begin: datetime, end: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The payments of the year, and the earlier ones of which money went back in it; oldest first."""
    went_back = (
        exists().where(
            Refund.payment_id == Payment.id,
            Refund.state == RefundState.SUCCEEDED,
            _within(Refund.sent_at, begin, end),
        )
        | exists().where(
            CheckRefund.payment_id == Payment.id,
            CheckRefund.state.in_((CheckState.WRITTEN, CheckState.CLEARED)),
            CheckRefund.written_on.between(begin.date(), end.date()),
        )
        | exists().where(
            Dispute.payment_id == Payment.id,
            Dispute.withdrawn > Dispute.returned,
            _within(Dispute.opened_at, begin, end),
        )
    )
    return session.execute(
        select(
            Payment.id,
            Payment.guarantor_account_id,
            Payment.receipt_number,
            Payment.amount.label("amount"),
            Payment.succeeded_at,
            Payment.method,
            Payment.brand,
            Payment.last4,
            *HELPER,
            GuarantorAccount,
        )
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .where(
            visible_payments(viewer),
            _within(Payment.succeeded_at, begin, end)
            | ((Payment.succeeded_at < begin) & went_back),
        )
        .order_by(Payment.succeeded_at, Payment.id)
    ).all()


def _within(
    column: InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime],
    begin: datetime,
    end: datetime,
) -> ColumnElement[bool]:
    return (column >= begin) & (column < end)


def _paid_for(
    session: Session, payment_ids: Collection[UUID]
) -> Mapping[UUID, tuple[PaidFor, ...]]:
    """By payment, what each visit took of it, oldest visit first."""
    rows = session.execute(
        select(
            PaymentAllocation.payment_id,
            Visit.service_on,
            Patient.id.label("patient_id"),
            Patient.first_name,
            Patient.last_name,
            Provider,
            _largest_first(Charge.description).label("descriptions"),
            _largest_first(Charge.procedure_code).label("codes"),
            func.sum(PaymentAllocation.amount).label("amount"),
        )
        .join(Charge, Charge.id == PaymentAllocation.charge_id)
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Provider, Provider.id == Visit.provider_id)
        .where(PaymentAllocation.payment_id.in_(payment_ids))
        .group_by(PaymentAllocation.payment_id, Visit.id, Patient.id, Provider.id)
        .order_by(Visit.service_on, Visit.id)
    )
    found: defaultdict[UUID, tuple[PaidFor, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.payment_id] += (
            PaidFor(
                service_on=row.service_on,
                patient_id=row.patient_id,
                patient_name=f"{row.first_name} {row.last_name}".strip(),
                provider_name=row.Provider.display_name if row.Provider else "",
                what=row.descriptions[0] or visit_title(row.codes),
                amount=row.amount,
            ),
        )
    return found


def _largest_first(column: InstrumentedAttribute[str]) -> ColumnElement[Sequence[str]]:
    return func.array_agg(aggregate_order_by(column, Charge.billed.desc(), Charge.line_number))


def _went_back(
    row: Row[*tuple[Any, ...]],
    zone: ZoneInfo,
    refunds: Collection[RefundTold],
    dispute: DisputeTold | None,
) -> tuple[WentBack, ...]:
    left = [
        (refund.on, refund.amount, False) for refund in refunds if refund.telling is Telling.SENT
    ]
    if dispute:
        left.append((dispute.on, dispute.taken, True))
    return tuple(
        WentBack(
            on=on,
            amount=amount,
            by_bank=by_bank,
            receipt_number=row.receipt_number,
            paid_on=row.succeeded_at.astimezone(zone).date(),
        )
        for on, amount, by_bank in left
    )
