"""Payers' money beside claims: what was carried forward, taken, returned and matched, by the payer's own reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import Cents, read_only
from portal.models.accounts import GuarantorAccount, Payer
from portal.models.claims import Claim, Visit
from portal.models.identity import Login
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payer_money import PayerRefund, TakebackMatch
from portal.models.remittances import ProviderAdjustmentRow, RemittanceRow
from portal.models.work import WorkItem
from portal.queries.paging import Page, limits, page_of
from portal.queries.payer_refunds import PayerRefundRow, refund_rows
from portal.queries.recoupment_balance import SIGNED, of_reference
from portal.queries.takebacks import TakebackRow, balances_by_reference, takebacks

BESIDE = {
    Account.PAYER_INTEREST.value: "Interest",
    Account.CAPITATION_AND_INCENTIVES.value: "Capitation and incentives",
    Account.PAYER_FEES.value: "Fees and late charges",
    Account.WITHHELD_FROM_US.value: "Withheld from us",
}
MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PlbEvent:
    """One PLB pair of a reference, in its remittance."""

    reason: str
    amount: Money
    remittance_id: int
    trace: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """One part under one claim."""

    id: UUID
    claim_number: str
    account_id: int
    account_number: str
    visit_id: int
    patient_id: int
    amount: Money
    note: str
    by: str
    at: datetime
    undone: bool
    undone_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakebackPage:
    """One reference with everything that happened under it."""

    row: TakebackRow
    events: tuple[PlbEvent, ...]
    matches: tuple[MatchRow, ...]

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(one.account_id for one in self.matches)

    @property
    def patient_ids(self) -> frozenset[int]:
        return frozenset(one.patient_id for one in self.matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """What one kind of provider adjustment made in a month; above zero it came to us."""

    month: date
    kind: str
    amount: Money
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerMoneyPage:
    """A payer's history beside claims."""

    payer_id: int
    payer_name: str
    takebacks: Page[TakebackRow]
    months: tuple[MonthTotal, ...]
    refunds: tuple[PayerRefundRow, ...]
    open_items: tuple[int, ...]  # ids of open work about its provider adjustments


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What stands open with all payers."""

    takebacks: Page[TakebackRow]
    refunds: tuple[PayerRefundRow, ...]
    payers: tuple[tuple[int, str], ...]


def worklist(*, number: int = 1, on: date) -> Worklist:
    """References with money taken that no claim explains, the most first, and our checks that wait."""
    offset, limit = limits(number)
    with read_only() as session:
        net = func.sum(SIGNED, type_=Cents())
        rows = session.execute(
            balances_by_reference(net)
            .having(net > ZERO)
            .order_by(net.desc())
            .offset(offset)
            .limit(limit)
        ).all()
        waiting = PayerRefund.state.in_(("requested", "approved"))
        beside = select(RemittanceRow.payer_id).join(
            ProviderAdjustmentRow, ProviderAdjustmentRow.remittance_id == RemittanceRow.id
        )
        payers = session.execute(
            select(Payer.id, Payer.name)
            .where(Payer.id.in_(beside) | Payer.id.in_(select(PayerRefund.payer_id)))
            .order_by(Payer.name)
        )
        return Worklist(
            takebacks=page_of(takebacks(session, rows), number),
            refunds=refund_rows(session, waiting, on=on),
            payers=tuple((row.id, row.name) for row in payers),
        )


def of_payer(payer_id: int, *, number: int = 1, on: date) -> PayerMoneyPage | None:
    """One payer's references, months, checks and open work; None when there is no such payer."""
    offset, limit = limits(number)
    with read_only() as session:
        payer = session.get(Payer, payer_id)
        if payer is None:
            return None
        net = func.sum(SIGNED, type_=Cents())
        rows = session.execute(
            balances_by_reference(net)
            .where(PostingRow.payer_id == payer_id)
            .order_by(func.abs(net, type_=Cents()).desc(), func.max(PostingRow.id).desc())
            .offset(offset)
            .limit(limit)
        ).all()
        items = session.scalars(
            select(WorkItem.id)
            .join(RemittanceRow, RemittanceRow.id == WorkItem.remittance_id)
            .where(
                WorkItem.kind == "plb",
                WorkItem.closed_at.is_(None),
                RemittanceRow.payer_id == payer_id,
            )
            .order_by(WorkItem.id)
        )
        return PayerMoneyPage(
            payer_id=payer_id,
            payer_name=payer.name,
            takebacks=page_of(takebacks(session, rows), number),
            months=_months(session, payer_id),
            refunds=refund_rows(session, PayerRefund.payer_id == payer_id, on=on),
            open_items=tuple(items),
        )


def takeback_page(posting_id: int) -> TakebackPage | None:
    """The reference that this posting is of; None when it is of no takeback."""
    with read_only() as session:
        reference = func.coalesce(PostingRow.reference, "").label("reference")
        found = session.execute(
            select(reference, PostingRow.payer_id)
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(
                PostingRow.id == posting_id,
                LedgerAccount.code == Account.PAYER_RECOUPMENT.value,
            )
        ).one_or_none()
        if found is None:
            return None
        net = func.sum(SIGNED, type_=Cents())
        rows = session.execute(
            balances_by_reference(net).where(*of_reference(found.payer_id, found.reference))
        ).all()
        return TakebackPage(
            row=takebacks(session, rows)[0],
            events=_events(session, found.payer_id, found.reference),
            matches=_matches(session, found.payer_id, found.reference),
        )


def _months(session: Session, payer_id: int) -> tuple[MonthTotal, ...]:
    month = func.date_trunc("month", RemittanceRow.issued_on).label("month")
    rows = session.execute(
        select(
            month,
            ProviderAdjustmentRow.ledger_account,
            func.sum(ProviderAdjustmentRow.amount, type_=Cents()).label("sum"),
            func.count().label("times"),
        )
        .join(RemittanceRow, RemittanceRow.id == ProviderAdjustmentRow.remittance_id)
        .where(
            RemittanceRow.payer_id == payer_id,
            ProviderAdjustmentRow.ledger_account.in_(list(BESIDE)),
        )
        .group_by(month, ProviderAdjustmentRow.ledger_account)
        .order_by(month.desc(), ProviderAdjustmentRow.ledger_account)
        .limit(MONTHS * len(BESIDE))
    )
    return tuple(
        MonthTotal(
            month=row.month.date(),
            kind=BESIDE[row.ledger_account],
            amount=-row.sum,
            count=row.times,
        )
        for row in rows
    )


def _events(session: Session, payer_id: int | None, reference: str) -> tuple[PlbEvent, ...]:
    of: ColumnElement[bool] = (
        RemittanceRow.payer_id == payer_id
        if payer_id is not None
        else RemittanceRow.payer_id.is_(None)
    )
    rows = session.execute(
        select(
            ProviderAdjustmentRow.reason,
            ProviderAdjustmentRow.amount,
            RemittanceRow.id.label("remittance_id"),
            RemittanceRow.trace,
            RemittanceRow.issued_on,
        )
        .join(RemittanceRow, RemittanceRow.id == ProviderAdjustmentRow.remittance_id)
        .where(
            of,
            ProviderAdjustmentRow.reference == reference,
            ProviderAdjustmentRow.ledger_account == Account.PAYER_RECOUPMENT.value,
        )
        .order_by(RemittanceRow.issued_on, ProviderAdjustmentRow.id)
    )
    return tuple(PlbEvent(**row._mapping) for row in rows)  # noqa: SLF001 (SQLAlchemy's public name)


def _matches(session: Session, payer_id: int | None, reference: str) -> tuple[MatchRow, ...]:
    rows = session.execute(
        select(
            TakebackMatch,
            Claim.patient_control_number,
            Visit.id.label("visit_id"),
            Visit.patient_id,
            GuarantorAccount.id.label("account_id"),
            GuarantorAccount.number.label("account_number"),
            func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"),
        )
        .join(Claim, Claim.id == TakebackMatch.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
        .join(Login, Login.id == TakebackMatch.login_id)
        .where(
            TakebackMatch.reference == reference,
            TakebackMatch.payer_id == payer_id
            if payer_id is not None
            else TakebackMatch.payer_id.is_(None),
        )
        .order_by(TakebackMatch.at)
    )
    return tuple(
        MatchRow(
            id=row.TakebackMatch.id,
            claim_number=row.patient_control_number,
            account_id=row.account_id,
            account_number=row.account_number,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            amount=row.TakebackMatch.amount,
            note=row.TakebackMatch.note,
            by=row.by,
            at=row.TakebackMatch.at,
            undone=row.TakebackMatch.undone_id is not None,
            undone_why=row.TakebackMatch.undone_why,
        )
        for row in rows
    )
