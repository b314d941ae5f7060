"""Which accounts may have a statement on a day: what one query can tell, before anything is built (STMT-10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from billing.ledger import Account
from billing.money import ZERO
from billing.settings import Key, Settings
from billing.statement_calendar import STATEMENTS_FIRST
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement
from portal.queries.dispute_holds import corrected_since
from portal.queries.statement_sent import newest_told, was_sent
from portal.queries.statements_told import TOLD


def statement_candidates(
    on: date, settings: Settings, account_ids: Collection[int] | None = None
) -> Select[int]:
    """Accounts with something in hand that another statement may tell, and those whose last one was overtaken.

    None means all accounts. None whose statement is due is left out; of the others as many as sets can tell.
    """
    last = _last(account_ids)
    bills = _bills(account_ids)
    hand = _hand(bills)
    cut_already = aliased(Statement)
    may_follow = or_(
        GuarantorAccount.id.in_(
            _with_a_bill_to_tell(bills, last, on - settings.span(Key.STATEMENT_CYCLE_DAYS))
        ),
        and_(hand.c.owes_them, hand.c.position > last.c.ledger_position),
        hand.c.credit != last.c.credit,
    )
    return (
        select(GuarantorAccount.id)
        .outerjoin(last, last.c.guarantor_account_id == GuarantorAccount.id)
        .outerjoin(hand, hand.c.guarantor_account_id == GuarantorAccount.id)
        .where(
            _among(GuarantorAccount.id, account_ids),
            ~exists().where(
                cut_already.guarantor_account_id == GuarantorAccount.id,
                cut_already.cycle_on == on,
            ),
            or_(
                and_(hand.c.open, last.c.on.is_(None)),
                and_(
                    hand.c.open,
                    last.c.on <= on - settings.span(Key.STATEMENT_LEAST_APART_DAYS),
                    may_follow,
                ),
                and_(
                    last.c.on < on,
                    or_(
                        GuarantorAccount.id.in_(_decided_anew(account_ids)),
                        GuarantorAccount.id.in_(_corrected(last)),
                    ),
                ),
            ),
        )
        .order_by(GuarantorAccount.id)
    )


def _among(column: Any, account_ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if account_ids is None else column.in_(account_ids)


def _last(account_ids: Collection[int] | None) -> CTE:
    """The newest statement that was sent, by account."""
    return (
        select(
            Statement.id,
            Statement.guarantor_account_id,
            Statement.cycle_on.label("on"),
            Statement.ledger_position,
            Statement.content["credit"].astext.cast(Integer).label("credit"),
        )
        .ext(distinct_on(Statement.guarantor_account_id))
        .where(_among(Statement.guarantor_account_id, account_ids), was_sent())
        .order_by(Statement.guarantor_account_id, Statement.cycle_on.desc())
        .cte("last")
    )


def _bills(account_ids: Collection[int] | None) -> CTE:
    """What is owed, and what we owe, by bill: one that is owed and one that was paid twice may come to nothing together."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    return (
        select(
            PostingRow.guarantor_account_id,
            PostingRow.visit_id,
            LedgerAccount.code,
            func.sum(signed).label("net"),
            func.max(PostingRow.id).label("position"),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code.in_((Account.PATIENT_RECEIVABLE, Account.PATIENT_CREDIT)),
            _among(PostingRow.guarantor_account_id, account_ids),
        )
        .group_by(PostingRow.guarantor_account_id, PostingRow.visit_id, LedgerAccount.code)
        .cte("bills")
    )


def _hand(bills: CTE) -> CTE:
    """By account: whether anything is open, whether we owe on a bill, the last posting, and the credit."""
    credit = func.sum(bills.c.net).filter(bills.c.code == Account.PATIENT_CREDIT)
    return (
        select(
            bills.c.guarantor_account_id,
            func.bool_or(bills.c.net != ZERO).label("open"),
            func.bool_or(bills.c.net < ZERO).label("owes_them"),
            func.max(bills.c.position).label("position"),
            (-func.coalesce(credit, 0)).label("credit"),
        )
        .group_by(bills.c.guarantor_account_id)
        .cte("hand")
    )


def _with_a_bill_to_tell(bills: CTE, last: CTE, cycle_before: date) -> Select[int]:
    """Accounts with a bill that no statement told, or with one whose month is over and that may be told again."""
    bill = aliased(Visit, name="v")  # as `TOLD` calls it
    may_be_told_again = and_(
        last.c.on <= cycle_before, literal_column(f"({TOLD})", Integer) < STATEMENTS_FIRST
    )
    return (
        select(bills.c.guarantor_account_id)
        .join(bill, bill.id == bills.c.visit_id)
        .join(last, last.c.guarantor_account_id == bills.c.guarantor_account_id)
        .where(
            bills.c.net != ZERO,
            or_(bill.first_statement_on.is_(None), may_be_told_again),
        )
    )


def overtaken_charges(session: Session, account_ids: Collection[int]) -> set[int]:
    """Charges of these accounts on which a payer decided after the newest statement that told of them (STMT-19)."""
    told, decided = _decided_after_told(account_ids)
    return set(session.scalars(select(told.c.charge_id).where(decided)))


def _decided_anew(account_ids: Collection[int] | None) -> Select[int]:
    """Accounts of such charges. The statement that told is the account's last or an older one."""
    told, decided = _decided_after_told(account_ids)
    return select(told.c.guarantor_account_id).where(decided)


def _decided_after_told(
    account_ids: Collection[int] | None,
) -> tuple[Subquery, ColumnElement[bool]]:
    told = newest_told().where(_among(Statement.guarantor_account_id, account_ids)).subquery()
    decided = (
        exists()
        .where(PostingRow.charge_id == told.c.charge_id)
        .where(PostingRow.id > told.c.ledger_position)
        .where(JournalEntry.id == PostingRow.entry_id)
        .where(JournalEntry.kind.like("remittance_claim%"))
    )
    return told, decided


def _corrected(last: CTE) -> Select[int]:
    """Accounts of which we corrected a bill since, after a dispute (STMT-19)."""
    return (
        select(Statement.guarantor_account_id)
        .join(last, last.c.id == Statement.id)
        .where(corrected_since())
    )
