"""An account as it stood at the end of any past day, beside what it is now: the same sums over fewer entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from billing.holds import REASONS, Condition
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import AccountCondition
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement
from portal.queries.balances import Known, VisitBalance, balances
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.statement_sent import was_sent


class Basis(StrEnum):
    """Which entries count: a file that came late is dated earlier than it was recorded."""

    DATED = "dated"  # entries dated on or before the day: what was so
    RECORDED = "recorded"  # entries in our books by the end of the day: what we knew


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementThen:
    """The newest statement that had been sent by the day."""

    id: int
    number: str
    cycle_on: date
    amount_due: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOfPage:
    """The account of that day. Patient shares are the ledger's: which were due depended on the holds of then."""

    header: AccountHeader
    on: date
    basis: Basis
    credit: Money
    bills: tuple[VisitBalance, ...]  # the newest first
    holds: tuple[str, ...]
    statement: StatementThen | None
    later_entries: int

    @property
    def patient_due(self) -> Money:
        return total_of(bill.patient_due for bill in self.bills)

    @property
    def insurance_due(self) -> Money:
        return total_of(bill.insurance_due for bill in self.bills)


def as_of_page(account_id: int, *, day: date, basis: Basis, zone: str) -> AsOfPage | None:
    """The account at the end of `day` on the practice's clock; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
        known = Known(dated_through=day) if basis is Basis.DATED else Known(recorded_before=end)
        [then] = balances(session, on=day, account_ids=[account_id], known=known)
        left = _moved_away(session, account_id, day, known)
        holds = _holds(session, account_id, end)
        statement = _statement(session, account_id, day)
        later = _later(session, account_id, known)
    held_then = sorted((*then.visits, *left), key=lambda visit: visit.service_on, reverse=True)
    bills = tuple(visit for visit in held_then if visit.billed or visit.credit)
    return AsOfPage(
        header=header,
        on=day,
        basis=basis,
        credit=then.credit + total_of(visit.credit for visit in left),
        bills=bills,
        holds=holds,
        statement=statement,
        later_entries=later,
    )


def _moved_away(
    session: Session, account_id: int, day: date, known: Known
) -> tuple[VisitBalance, ...]:
    """Bills that stood here then and have gone to another account since."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    gone = session.scalars(
        select(Visit.id)
        .join(PostingRow, PostingRow.visit_id == Visit.id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .where(
            PostingRow.guarantor_account_id == account_id,
            Visit.guarantor_account_id != account_id,
            LedgerAccount.code == Account.CHARGES,
            known.of_entry(),
        )
        .group_by(Visit.id)
        .having(func.sum(signed) != ZERO)
    ).all()
    if not gone:
        return ()
    accounts = balances(session, on=day, visit_ids=gone, known=known)
    return tuple(visit for account in accounts for visit in account.visits)


def _holds(session: Session, account_id: int, end: datetime) -> tuple[str, ...]:
    """Conditions that were on file then; what a claim or work item held is told by their own histories."""
    kinds = session.scalars(
        select(AccountCondition.kind)
        .where(
            AccountCondition.guarantor_account_id == account_id,
            AccountCondition.since < end,
            or_(AccountCondition.ended_at.is_(None), AccountCondition.ended_at >= end),
        )
        .distinct()
        .order_by(AccountCondition.kind)
    )
    return tuple(REASONS[Condition(kind)] for kind in kinds)


def _statement(session: Session, account_id: int, day: date) -> StatementThen | None:
    row = session.execute(
        select(Statement.id, Statement.number, Statement.cycle_on, Statement.amount_due)
        .where(Statement.guarantor_account_id == account_id, Statement.cycle_on <= day, was_sent())
        .order_by(Statement.cycle_on.desc(), Statement.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return StatementThen(
        id=row.id, number=row.number, cycle_on=row.cycle_on, amount_due=row.amount_due
    )


def _later(session: Session, account_id: int, known: Known) -> int:
    entries = (
        select(func.count(PostingRow.entry_id.distinct()))
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .where(PostingRow.guarantor_account_id == account_id, ~known.of_entry())
    )
    return session.scalar(entries) or 0
