"""What happened to an account since a statement, step by step, up to what it owes at this moment (CORE-7).

It reads the same entries as the balance function: the statement's amount and the steps give today's amount, or
the test fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from portal.models.accounts import Payer
from portal.models.claims import Charge
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement, StatementLine
from portal.queries.among import listed
from portal.queries.balances import AccountBalance, VisitBalance
from portal.queries.statement_lines import base_kind
from portal.queries.statement_print import day
from portal.queries.statement_sent import was_sent

WORDS = {
    "payment": "Paid online for %(named)s. Thank you.",
    "receipt": "You paid at our desk for %(named)s. Thank you.",
    "credit_application": "We used your credit for %(named)s.",
    "adjustment": "We took something off %(named)s.",
    "write_off": "We took something off %(named)s.",
    "self_pay_charge": "New bill for %(named)s.",
    "opening": "New bill for %(named)s.",
    "charge": "New bill for %(named)s.",
    "dispute_owed": "Your bank took back a payment for %(named)s.",
    "refund": "We sent money back to you for %(named)s.",
    "share_passed_on": "Another plan decides %(named)s first.",
    "patient_share": "We checked your share of %(named)s with your plan.",
}
BACK = "We took back a step: %(named)s."
OTHER = "We corrected %(named)s."
MOVED = "A bill went to another account. You no longer pay it here."
ON_HOLD = "%(Visit)s is on hold. It is not due now."
OFF_HOLD = "%(Visit)s is a bill now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened; `amount` is what it did to what is owed, below zero when it took something off."""

    on: date | None  # none: what stands so today, of no single day
    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatChanged:
    """`before` and the steps together are `now`, to the cent."""

    number: str
    stated_on: date
    before: Money
    steps: tuple[Step, ...]
    now: Money


def what_changed(
    session: Session,
    accounts: Sequence[AccountBalance],
    *,
    statement_id: int | None = None,
) -> tuple[WhatChanged, ...]:
    """For each account with a statement in hand: what changed since the last one sent, or since this one.

    Two queries, whatever the number of accounts.
    """
    stated = _statements(session, [a.guarantor_account_id for a in accounts], statement_id)
    if not stated:
        return ()
    moved = _movements(session, stated)
    return tuple(
        _story(account, stated[account.guarantor_account_id], moved)
        for account in accounts
        if account.guarantor_account_id in stated
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """One statement as the patient has it: what each visit was said to owe."""

    account_id: int
    number: str
    on: date
    position: int
    visits: dict[int, Money]


def _statements(
    session: Session, account_ids: Collection[int], statement_id: int | None
) -> dict[int, _Stated]:
    rows = session.execute(
        _statements_query(newest=statement_id is None),
        {"account_ids": list(account_ids), "statement_id": statement_id},
    )
    found: dict[int, _Stated] = {}
    for row in rows:
        stated = found.setdefault(
            row.guarantor_account_id,
            _Stated(
                row.guarantor_account_id, row.number, row.cycle_on, row.ledger_position, visits={}
            ),
        )
        if row.visit_id is not None:
            stated.visits[row.visit_id] = row.amount
    return found


@cache  # building it takes longer than running it
def _statements_query(*, newest: bool) -> Select[*tuple[Any, ...]]:
    """The lines of one statement, or of the newest of each account that was sent."""
    chosen = (
        select(func.max(Statement.id))
        .where(
            listed(Statement.guarantor_account_id, "account_ids"),
            was_sent() if newest else Statement.id == bindparam("statement_id"),
        )
        .group_by(Statement.guarantor_account_id)
    )
    return (
        select(
            Statement.guarantor_account_id,
            Statement.number,
            Statement.cycle_on,
            Statement.ledger_position,
            Charge.visit_id,
            func.sum(StatementLine.amount).label("amount"),
        )
        .outerjoin(StatementLine, StatementLine.statement_id == Statement.id)
        .outerjoin(Charge, Charge.id == StatementLine.charge_id)
        .where(Statement.id.in_(chosen))
        .group_by(Statement.id, Charge.visit_id)
    )


@cache
def _movements_query() -> Select[*tuple[Any, ...]]:
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    of_patient = LedgerAccount.code == Account.PATIENT_RECEIVABLE
    return (
        select(
            PostingRow.guarantor_account_id,
            PostingRow.visit_id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            func.max(PostingRow.id).label("position"),
            func.sum(signed).filter(of_patient).label("amount"),
            func.sum(signed)
            .filter(LedgerAccount.code == Account.PAYER_CLEARING)
            .label("plan_paid"),
            func.max(Payer.name).label("payer"),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Payer, Payer.id == PostingRow.payer_id)
        .where(
            listed(PostingRow.guarantor_account_id, "account_ids"),
            PostingRow.id > bindparam("earliest"),
            PostingRow.visit_id.is_not(None),
        )
        .group_by(PostingRow.guarantor_account_id, PostingRow.visit_id, JournalEntry.id)
        .order_by(JournalEntry.occurred_on, func.max(PostingRow.id))
    )


def _movements(
    session: Session, stated: dict[int, _Stated]
) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """What each later entry did to each visit's patient share, with the payer who said so and what it paid."""
    earliest = min(statement.position for statement in stated.values())
    rows = session.execute(_movements_query(), {"account_ids": list(stated), "earliest": earliest})
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        if row.position > stated[row.guarantor_account_id].position and (
            row.amount or row.plan_paid
        ):
            found[row.guarantor_account_id].append(row)
    return found


def _story(
    account: AccountBalance, stated: _Stated, moved: dict[int, list[Row[*tuple[Any, ...]]]]
) -> WhatChanged:
    visits = {visit.visit_id: visit for visit in account.visits}
    told: list[Step] = []
    done: dict[int, Money] = defaultdict(lambda: ZERO)
    for row in moved[account.guarantor_account_id]:
        visit = visits.get(row.visit_id)
        if visit is None or not (row.visit_id in stated.visits or not visit.held):
            continue  # it was no bill then and is none now
        amount = row.amount or ZERO
        done[row.visit_id] += amount
        told.append(Step(on=row.occurred_on, what=_what(row, visit), amount=amount))
    told += _holds(visits, stated, done)
    return WhatChanged(
        number=stated.number,
        stated_on=stated.on,
        before=total_of(stated.visits.values()),
        steps=tuple(told),
        now=account.due_now,
    )


def _holds(visits: dict[int, VisitBalance], stated: _Stated, done: dict[int, Money]) -> list[Step]:
    """What became due, or no longer is, by no entry on a bill: a hold that began or ended, a bill that moved away."""
    steps = []
    for visit_id, amount in stated.visits.items():
        if visit_id not in visits and amount:
            steps.append(Step(on=None, what=MOVED, amount=-amount))
    for visit_id, visit in visits.items():
        rest = visit.due_now - stated.visits.get(visit_id, ZERO) - done[visit_id]
        if rest:
            words = OFF_HOLD if rest > ZERO else ON_HOLD
            named = f"The visit of {day(visit.service_on)}"
            steps.append(Step(on=None, what=words % {"Visit": named}, amount=rest))
    return steps


def _what(row: Row[*tuple[Any, ...]], visit: VisitBalance) -> str:
    named, payer = f"the visit of {day(visit.service_on)}", row.payer or "Your plan"
    if row.kind == "remittance_claim":
        paid = (row.plan_paid or ZERO) > ZERO
        return f"{payer} decided {named}." + (f" It paid {row.plan_paid}." if paid else "")
    if row.kind.endswith("_reversal"):
        if row.kind.startswith("remittance_claim"):
            return f"{payer} took back what it decided for {named}."
        return BACK % {"named": named}
    kind = base_kind(row.kind)
    words = next((text for key, text in WORDS.items() if kind.startswith(key)), OTHER)
    return words % {"named": named}
