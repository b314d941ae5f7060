"""Which accounts may have a statement on a day: what one query can tell, before anything is built (STMT-10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import (
    BigInteger,
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
)
from sqlalchemy.orm import Session, aliased

from billing.ledger import Account
from billing.money import ZERO
from billing.settings import Key, Settings
from billing.statement_calendar import STATEMENTS_FIRST
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement, StatementLine
from portal.queries.dispute_holds import corrected_since
from portal.queries.statement_sent import was_sent
from portal.queries.statements_told import TOLD

_SIGNED = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)


def statement_candidates(on: date, settings: Settings) -> Select[int]:
    """Accounts with an open bill or credit and no late statement, and those whose last one was overtaken."""
    last = (
        select(Statement.guarantor_account_id, func.max(Statement.cycle_on).label("on"))
        .where(was_sent())
        .group_by(Statement.guarantor_account_id)
        .subquery()
    )
    cut_already = aliased(Statement)
    in_hand = exists(
        _open_sums()
        .where(PostingRow.guarantor_account_id == GuarantorAccount.id)
        .correlate(GuarantorAccount)
    )
    corrected = exists().where(
        Statement.guarantor_account_id == GuarantorAccount.id,
        Statement.cycle_on == last.c.on,
        corrected_since(),
    )
    return (
        select(GuarantorAccount.id)
        .outerjoin(last, last.c.guarantor_account_id == GuarantorAccount.id)
        .where(
            ~exists().where(
                cut_already.guarantor_account_id == GuarantorAccount.id,
                cut_already.cycle_on == on,
            ),
            or_(
                and_(last.c.on.is_(None), in_hand),
                and_(
                    last.c.on <= on - settings.span(Key.STATEMENT_LEAST_APART_DAYS),
                    in_hand,
                    _may_follow(last, on - settings.span(Key.STATEMENT_CYCLE_DAYS)),
                ),
                and_(last.c.on < on, or_(_overtaken(), corrected)),
            ),
        )
        .order_by(GuarantorAccount.id)
    )


def overtaken_accounts(session: Session, account_ids: Collection[int]) -> set[int]:
    """Of these, the accounts to which a payer's newer decision is to be told."""
    return set(
        session.scalars(
            select(GuarantorAccount.id).where(GuarantorAccount.id.in_(account_ids), _overtaken())
        )
    )


def _overtaken() -> ColumnElement[bool]:
    """A payer decided on a charge after the newest statement that told of it, the account's last or an older one (STMT-19)."""
    told, newer = aliased(Statement), aliased(Statement)
    line, newer_line = aliased(StatementLine), aliased(StatementLine)
    return (
        exists()
        .where(
            told.guarantor_account_id == GuarantorAccount.id,
            was_sent(told),
            line.statement_id == told.id,
            PostingRow.charge_id == line.charge_id,
            PostingRow.id > told.ledger_position,
            JournalEntry.id == PostingRow.entry_id,
            JournalEntry.kind.like("remittance_claim%"),
            ~exists().where(
                newer.guarantor_account_id == GuarantorAccount.id,
                newer.cycle_on > told.cycle_on,
                was_sent(newer),
                newer_line.statement_id == newer.id,
                newer_line.charge_id == line.charge_id,
            ),
        )
        .correlate(GuarantorAccount)
    )


def _open_sums() -> Select[int | None]:
    """By bill: one that is owed and one that was paid twice may come to nothing together."""
    return (
        select(PostingRow.visit_id)
        .where(
            PostingRow.account_id == LedgerAccount.id,
            LedgerAccount.code.in_((Account.PATIENT_RECEIVABLE, Account.PATIENT_CREDIT)),
        )
        .group_by(PostingRow.visit_id, PostingRow.account_id)
        .having(func.sum(_SIGNED) != ZERO)
    )


def _may_follow(last: Subquery, cycle_before: date) -> ColumnElement[bool]:
    """What can make another statement due: everything else was told, as often as it may be (`_is_due`).

    A bill that none has told, one whose month is over and that may be told again, money posted since, or
    a credit, which what held it may have let go without a posting.
    """
    bill = aliased(Visit, name="v")  # as `TOLD` calls it
    newest = aliased(Statement)
    moved = aliased(PostingRow)
    credit = (
        select(-func.coalesce(func.sum(_SIGNED), 0))
        .where(
            PostingRow.guarantor_account_id == GuarantorAccount.id,
            PostingRow.account_id == LedgerAccount.id,
            LedgerAccount.code == Account.PATIENT_CREDIT,
        )
        .correlate(GuarantorAccount)
        .scalar_subquery()
    )
    told_again = and_(
        last.c.on <= cycle_before, literal_column(f"({TOLD})", Integer) < STATEMENTS_FIRST
    )
    return or_(
        exists(
            _open_sums()
            .where(
                bill.guarantor_account_id == GuarantorAccount.id,
                PostingRow.visit_id == bill.id,
                or_(bill.first_statement_on.is_(None), told_again),
            )
            .correlate(GuarantorAccount, last)
        ),
        exists().where(
            newest.guarantor_account_id == GuarantorAccount.id,
            newest.cycle_on == last.c.on,
            moved.guarantor_account_id == GuarantorAccount.id,
            moved.id > newest.ledger_position,
        ),
        exists().where(
            newest.guarantor_account_id == GuarantorAccount.id,
            newest.cycle_on == last.c.on,
            newest.content["credit"].astext.cast(BigInteger) != credit,
        ),
    )
