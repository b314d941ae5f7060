"""Cut the statements that are due on a day: frozen, hashed, one for each guarantor and cycle (STMT-10, STMT-12)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import (
    Integer,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.holds import Action, Allowed, Condition, allowed
from billing.money import ZERO, Money
from billing.settings import Key, Settings
from billing.statement_calendar import next_statement_on
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.statements import Statement, StatementLine
from portal.models.work import WorkItem
from portal.queries.balances import AccountBalance, balances
from portal.queries.paperless import electronic_readers
from portal.queries.reach import NO_MAIL, paper_lines
from portal.queries.settings import settings_on
from portal.queries.statement_build import Draft, asked_of, draft, may_be_billed
from portal.queries.statement_candidates import overtaken_charges, statement_candidates
from portal.queries.statement_content import LAYOUT_VERSION
from portal.queries.statement_facts import (
    LastStatement,
    StatementFacts,
    last_statements,
    statement_facts,
)
from portal.queries.statement_json import content_hash, to_json
from portal.queries.statements_told import all_told, told_enough

AT_ONCE = 250
# Statements are numbered without gaps and cut by one process at a time.
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('kindbill.statements'))")


@dataclass(frozen=True, slots=True)
class Cut:
    """What a day's run cut, and the accounts that a person must look at first."""

    numbers: tuple[str, ...] = ()
    held_accounts: tuple[int, ...] = ()

    def __add__(self, other: Cut) -> Cut:
        return Cut(self.numbers + other.numbers, self.held_accounts + other.held_accounts)


def cut_statements(*, on: date, now: datetime, public_url: str) -> Cut:
    """Cut every statement that is due on this day; a second run, or a second process, cuts none."""
    with read_only() as session:
        settings = settings_on(session, on)
        candidates = session.scalars(statement_candidates(on, settings)).all()
        worth = [
            account_id
            for account_ids in _batches(candidates)
            for account_id in _with_something_to_tell(session, account_ids, settings, on)
        ]
    total = Cut()
    for account_ids in _batches(worth):
        with transaction() as session:
            session.execute(LOCK)
            total += _cut(session, account_ids, settings, on=on, now=now, public_url=public_url)
    return total


def _with_something_to_tell(
    session: Session, account_ids: Sequence[int], settings: Settings, on: date
) -> list[int]:
    """Without those of whom nothing may be asked, as something holds their bills or each had its statements: they are looked at every day.

    `_is_due` says the same of the rest, with everything that a statement is made from.
    """
    floor = max(settings.money(Key.STATEMENT_FLOOR), Money(1))
    overtaken = overtaken_charges(session, account_ids)
    last = last_statements(session, account_ids, on)
    corrected = {account_id for account_id, told in last.items() if told.corrected}
    accounts = balances(session, on=on, account_ids=account_ids)
    open_bills = {account.guarantor_account_id: _open_bills(account) for account in accounts}
    enough = told_enough(session, set().union(*open_bills.values()))

    def worth(account: AccountBalance) -> bool:
        due, credit = asked_of(account)
        return (
            credit >= floor
            or (due >= floor and not open_bills[account.guarantor_account_id] <= enough)
            or account.guarantor_account_id in corrected
            or bool(overtaken & _billable_charges(account))
        )

    return [account.guarantor_account_id for account in accounts if worth(account)]


def _open_bills(account: AccountBalance) -> set[int]:
    return {v.visit_id for v in account.visits if v.patient_due > ZERO and may_be_billed(v)}


def _billable_charges(account: AccountBalance) -> set[int]:
    """What a payer decides anew is told once it has decided: until then the bill waits."""
    return {c.charge_id for visit in account.visits if may_be_billed(visit) for c in visit.charges}


def _batches(account_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(account_ids), AT_ONCE):
        yield account_ids[start : start + AT_ONCE]


def _cut(
    session: Session,
    account_ids: Sequence[int],
    settings: Settings,
    *,
    on: date,
    now: datetime,
    public_url: str,
) -> Cut:
    # Whoever posts money locks the account first, so the ledger stands still while it is read.
    free = session.scalars(
        select(GuarantorAccount.id)
        .where(
            GuarantorAccount.id.in_(account_ids),
            GuarantorAccount.id.in_(statement_candidates(on, settings, account_ids)),
        )
        .order_by(GuarantorAccount.id)
        .with_for_update()
    ).all()
    if not free:
        return Cut()
    facts = statement_facts(session, account_ids=free, on=on)
    drafts = [draft(facts, account, on=on, public_url=public_url) for account in facts.balances]
    due = [d for d in drafts if _is_due(d, facts, on)]
    lines = paper_lines(session, [facts.accounts[d.account_id] for d in due])
    unreached = {account_id for account_id, to in lines.items() if not to}
    # Who asked for no paper and reads electronically needs none (HIPAA-10).
    unreached -= set(electronic_readers(session, account_ids=unreached & facts.sealed, now=now))
    held = {
        d.account_id: reasons
        for d in due
        if (reasons := [*d.faults, *((NO_MAIL,) if d.account_id in unreached else ())])
    }
    _open_work_items(session, due, held, now)
    clean = [d for d in due if d.account_id not in held]
    return Cut(_freeze(session, clean, facts, on=on, now=now), tuple(held))


def _is_due(made: Draft, facts: StatementFacts, on: date) -> bool:
    """Whether the calendar and the gate let this account have a statement today."""
    last = facts.last.get(made.account_id)
    if not made.due:
        # What a dispute or a payer corrected is told also where nothing is asked for now (STMT-19).
        tells = last is not None and made.content.corrected is not None and last.cycle_on < on
        return tells or _tells_credit(made, last, facts, on)
    floor = (
        {Condition.BELOW_FLOOR} if made.due < facts.settings.money(Key.STATEMENT_FLOOR) else set()
    )
    account_says = {c for visit in made.billable for c in visit.conditions}
    if not isinstance(allowed(account_says | floor, Action.STATEMENT), Allowed):
        return False
    first = next_statement_on(
        last_on=last.cycle_on if last else None,
        has_new_bill=_has_new_bill(made, facts),
        corrects=made.content.corrected is not None,
        today=on,
        settings=facts.settings,
        all_told=all_told([facts.told[v.visit_id] for v in made.billable if v.patient_due > ZERO]),
    )
    return first is not None and first <= on


def _tells_credit(made: Draft, last: LastStatement | None, facts: StatementFacts, on: date) -> bool:
    """A credit is told once, to somebody who was billed before (STMT-11)."""
    credit = made.content.credit
    if last is None or credit < max(facts.settings.money(Key.STATEMENT_FLOOR), Money(1)):
        return False
    apart = facts.settings.span(Key.STATEMENT_LEAST_APART_DAYS)
    return last.balance != -credit and on - last.cycle_on >= apart


def _has_new_bill(made: Draft, facts: StatementFacts) -> bool:
    return any(
        visit.patient_due > ZERO and facts.visits[visit.visit_id].first_statement_on is None
        for visit in made.billable
    )


def _open_work_items(
    session: Session, due: Sequence[Draft], held: dict[int, list[str]], now: datetime
) -> None:
    """One open item for each account and set of reasons; the same fact found again opens no second one."""
    rows = [
        {
            "dedupe_key": f"statement:{made.account_id}:{_digest(held[made.account_id])}",
            "kind": "held_statement",
            "reasons": held[made.account_id],
            "next_step": "Find out what is wrong and correct it; the next run sends the statement.",
            "amount": made.due,
            "guarantor_account_id": made.account_id,
            "holds_bill": False,
            "opened_at": now,
            "outcome": "",
        }
        for made in due
        if made.account_id in held
    ]
    if rows:
        session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())


def _digest(reasons: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(reasons).encode()).hexdigest()[:16]


def _freeze(
    session: Session, drafts: Sequence[Draft], facts: StatementFacts, *, on: date, now: datetime
) -> tuple[str, ...]:
    if not drafts:
        return ()
    first = _last_number(session, on.year) + 1
    statements, lines = [], []
    for number, made in enumerate(drafts, start=first):
        content = replace(made.content, number=f"{on.year}-{number:04d}")
        data = to_json(content)
        last = facts.last.get(made.account_id)
        statement = Statement(
            number=content.number,
            guarantor_account_id=made.account_id,
            cycle_on=on,
            cut_at=now,
            ledger_position=made.position,
            due_on=content.due_on,
            amount_due=content.amount_due,
            previous_balance=last.balance if last else ZERO,
            layout_version=LAYOUT_VERSION,
            content=data,
            content_hash=content_hash(data),
        )
        statements.append(statement)
        lines.append(content.lines)
    session.add_all(statements)
    session.flush()
    session.add_all(
        StatementLine(
            statement_id=statement.id,
            charge_id=line.charge_id,
            amount=line.owe,
            disputed=line.disputed,
        )
        for statement, its_lines in zip(statements, lines, strict=True)
        for line in its_lines
    )
    session.flush()
    return tuple(statement.number for statement in statements)


def _last_number(session: Session, year: int) -> int:
    newest = func.max(cast(func.split_part(Statement.number, "-", 2), Integer))
    return session.scalar(select(newest).where(Statement.number.like(f"{year}-%"))) or 0
