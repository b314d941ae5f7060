"""What an agency took for us and has not paid, and what it paid: gross, fee, and whether the bank shows it (COLL-21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, any_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from billing.agency_returns import Return
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.day import BankDeposit
from portal.models.identity import Login
from portal.models.placements import AgencyRemittance, AgencyReturn, AgencyRow, Placement

SHOWN = 40  # rows that wait on one page, the oldest first; the sums are of all
LATELY = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A returned payment, or one that a bank took back (below zero), that no payment to us covers yet."""

    id: int
    ref: str
    happened_on: date
    placement: str
    account_id: int
    account_name: str
    amount: Money
    fee: Money
    returned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment of the agency. `told_fee`: what its rows said that it keeps; `deposit_id`: the bank's line.

    One that was taken back covers nothing any more: `payments` are those that it had brought.
    """

    id: UUID
    received_on: date
    trace: str
    gross: Money
    fee: Money
    told_fee: Money
    payments: int
    deposit_id: int | None
    taken_back: bool = False

    @property
    def net(self) -> Money:
        return self.gross - self.fee


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancesPage:
    """One agency's money."""

    agency_id: int
    agency: str
    waiting: tuple[Waiting, ...]
    waits: int  # how many, shown or not
    outstanding: Money
    outstanding_fee: Money
    oldest_on: date | None
    paid: tuple[Paid, ...]
    gross: Money  # of all time
    fees: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancePage:
    """One payment of an agency with what it brings, or had brought until it was taken back."""

    agency_id: int
    agency: str
    paid: Paid
    entered_by_id: int
    entered_by: str
    entered_at: datetime
    brings: tuple[Waiting, ...]  # up to SHOWN of them
    back_at: datetime | None
    back_by: str
    back_why: str


def remittance_page(agency_id: int, remittance_id: UUID) -> RemittancePage | None:
    """None for no such payment of this agency. Three queries."""
    entered, taken = aliased(Login), aliased(Login)
    with read_only() as session:
        found = session.execute(
            select(AgencyRemittance, AgencyRow.name, entered, taken)
            .join(AgencyRow, AgencyRow.id == AgencyRemittance.agency_id)
            .join(entered, entered.id == AgencyRemittance.entered_by_id)
            .outerjoin(taken, taken.id == AgencyRemittance.back_by_id)
            .where(AgencyRemittance.id == remittance_id, AgencyRemittance.agency_id == agency_id)
        ).one_or_none()
        if found is None:
            return None
        row, agency, by, back_by = found
        (paid,) = _paid(session, AgencyRemittance.id == remittance_id)
        brought = or_(AgencyReturn.remittance_id == row.id, AgencyReturn.id.in_(row.brought))
        return RemittancePage(
            agency_id=agency_id,
            agency=agency,
            paid=paid,
            entered_by_id=row.entered_by_id,
            entered_by=by.name or by.email,
            entered_at=row.entered_at,
            brings=_returns(session, brought, most=SHOWN),
            back_at=row.back_at,
            back_by=(back_by.name or back_by.email) if back_by else "",
            back_why=row.back_why,
        )


def remittances_page(agency_id: int) -> RemittancesPage | None:
    """None for no such agency. Five queries."""
    with read_only() as session:
        agency = session.get(AgencyRow, agency_id)
        if agency is None:
            return None
        count, amount, fee, oldest = session.execute(
            select(
                func.count(),
                func.sum(_signed(AgencyReturn.amount)),
                func.sum(_signed(AgencyReturn.fee)),
                func.min(AgencyReturn.happened_on),
            ).where(*_uncovered(agency_id))
        ).one()
        gross, fees = session.execute(
            select(func.sum(AgencyRemittance.gross), func.sum(AgencyRemittance.fee)).where(
                AgencyRemittance.agency_id == agency_id, AgencyRemittance.back_entry_id.is_(None)
            )
        ).one()
        return RemittancesPage(
            agency_id=agency.id,
            agency=agency.name,
            waiting=_returns(session, *_uncovered(agency_id), most=SHOWN),
            waits=count,
            outstanding=amount or ZERO,
            outstanding_fee=fee or ZERO,
            oldest_on=oldest,
            paid=_paid(session, AgencyRemittance.agency_id == agency_id),
            gross=gross or ZERO,
            fees=fees or ZERO,
        )


def _signed(column: InstrumentedAttribute[Money]) -> ColumnElement[Money]:
    return case((AgencyReturn.kind == Return.PAYMENT.value, column), else_=-column)


def _uncovered(agency_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        AgencyReturn.agency_id == agency_id,
        AgencyReturn.kind.in_((Return.PAYMENT.value, Return.PAYMENT_BACK.value)),
        AgencyReturn.entry_id.is_not(None),
        AgencyReturn.remittance_id.is_(None),
    )


def _returns(session: Session, *which: ColumnElement[bool], most: int) -> tuple[Waiting, ...]:
    rows = session.execute(
        select(AgencyReturn, Placement.number, GuarantorAccount)
        .join(Placement, Placement.id == AgencyReturn.placement_id)
        .join(GuarantorAccount, GuarantorAccount.id == Placement.guarantor_account_id)
        .where(*which)
        .order_by(AgencyReturn.happened_on, AgencyReturn.id)
        .limit(most)
    )
    return tuple(
        Waiting(
            id=row.id,
            ref=row.ref,
            happened_on=row.happened_on,
            placement=number,
            account_id=account.id,
            account_name=account.display_name,
            amount=-row.amount if row.kind == Return.PAYMENT_BACK else row.amount,
            fee=-row.fee if row.kind == Return.PAYMENT_BACK else row.fee,
            returned=row.kind == Return.PAYMENT_BACK,
        )
        for row, number, account in rows
    )


def _paid(session: Session, which: ColumnElement[bool]) -> tuple[Paid, ...]:
    rows = session.execute(
        select(
            AgencyRemittance,
            BankDeposit.id,
            func.count(AgencyReturn.id),
            func.sum(_signed(AgencyReturn.fee)),
        )
        .outerjoin(BankDeposit, BankDeposit.agency_remittance_id == AgencyRemittance.id)
        .outerjoin(
            AgencyReturn,
            or_(
                AgencyReturn.remittance_id == AgencyRemittance.id,
                AgencyReturn.id == any_(AgencyRemittance.brought),
            ),
        )
        .where(which)
        .group_by(AgencyRemittance.id, BankDeposit.id)
        .order_by(AgencyRemittance.received_on.desc(), AgencyRemittance.entered_at.desc())
        .limit(LATELY)
    )
    return tuple(
        Paid(
            id=row.id,
            received_on=row.received_on,
            trace=row.trace,
            gross=row.gross,
            fee=row.fee,
            told_fee=told or ZERO,
            payments=count,
            deposit_id=deposit_id,
            taken_back=row.back_entry_id is not None,
        )
        for row, deposit_id, count, told in rows
    )
