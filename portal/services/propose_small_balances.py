"""Propose to let go what costs more to ask for than it brings, of patients and of payers, the same for all (OPS-19, posting.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from billing.bad_debt import Basis, BatchKind, BatchState, BillState
from billing.holds import Action, Allowed, Condition, allowed, rule_of
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from billing.settings import Key, Settings
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement, StatementDelivery
from portal.queries.balances import AccountBalance, balances
from portal.queries.day_at_practice import day_at_practice
from portal.queries.payer_rests import DECLINED_FOR, PayerRest, payer_rests
from portal.queries.settings import settings_on
from portal.services.open_work import open_work

WORK = "small_balance"
WAITS = {
    Condition.OPEN_CLAIM,
    Condition.REVIEW,
    Condition.DISPUTED,
    Condition.APPEAL_OPEN,
    Condition.ASSISTANCE_PENDING,
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """How many accounts, how many bills of which a payer left something, and how much together."""

    accounts: int
    amount: Money
    payer_rests: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """How often an account was asked by statement, and since when."""

    times: int
    since: date | None


def propose_small_balances(*, on: date, now: datetime) -> Proposed:
    """Put what may go into a batch that a person approves; while one waits, or again on the same day: none.

    What is small and quiet and that a hold keeps back stands in the batch with its rules, and is no part of it (OPS-22).
    """
    with transaction() as session:
        waits = select(BadDebtBatch.id).where(
            BadDebtBatch.kind == BatchKind.SMALL_BALANCE.value,
            BadDebtBatch.state == BatchState.WAITING.value,
        )
        if session.scalar(waits.limit(1)) is not None:
            return Proposed(0, ZERO)
        found = small_balances(session, on=on)
        rests, kept_back = _rests(session, found, on)
        if not found.small and not rests:
            return Proposed(0, ZERO)
        batch = BadDebtBatch(
            id=uuid4(),
            kind=BatchKind.SMALL_BALANCE.value,
            state=BatchState.WAITING.value,
            prepared_at=now,
        )
        session.add(batch)
        session.flush()
        session.add_all(row for one in found.small for row in _rows(batch.id, one, ()))
        session.add_all(row for one, rules in found.denied for row in _rows(batch.id, one, rules))
        session.add_all(_rest_row(batch.id, one) for one in (*rests, *kept_back))
        amount = total_of(account.patient_due for account in found.small)
        amount += total_of(one.amount for one in rests)
        open_work(
            session,
            key=f"{WORK}:{batch.id}",
            kind=WORK,
            reasons=[_reason(len(found.small), len(rests))],
            next_step="Read it under Bad debt, and approve or decline it.",
            amount=amount,
            due_on=on,
            now=now,
        )
        return Proposed(len(found.small), amount, len(rests))


def _reason(accounts: int, rests: int) -> str:
    left = f", and what plans left of {rests} bills" if rests else ""
    return f"{accounts} small balances to let go{left}"


def _rests(
    session: Session, found: SmallBalances, on: date
) -> tuple[list[PayerRest], list[PayerRest]]:
    """Of bills that are in the batch for nothing else: what may go, and what is kept back with its rules."""
    taken = {
        visit.visit_id
        for account in (*found.small, *(denied for denied, _ in found.denied))
        for visit in account.visits
        if visit.patient_due > ZERO
    }
    rests = [one for one in payer_rests(session, on=on) if one.visit_id not in taken]
    return [one for one in rests if not one.rule_ids], [one for one in rests if one.rule_ids]


def _rest_row(batch_id: UUID, one: PayerRest) -> BadDebtBill:
    return BadDebtBill(
        batch_id=batch_id,
        guarantor_account_id=one.account_id,
        visit_id=one.visit_id,
        basis=Basis.PAYER_REST.value,
        amount=one.amount,
        state=(BillState.DENIED if one.rule_ids else BillState.WAITING).value,
        rule_ids=list(one.rule_ids),
    )


def _rows(batch_id: UUID, account: AccountBalance, rules: Sequence[str]) -> Iterator[BadDebtBill]:
    for visit in account.visits:
        if visit.patient_due > ZERO:
            yield BadDebtBill(
                batch_id=batch_id,
                guarantor_account_id=account.guarantor_account_id,
                visit_id=visit.visit_id,
                basis=Basis.SMALL.value,
                amount=visit.patient_due,
                state=(BillState.DENIED if rules else BillState.WAITING).value,
                rule_ids=list(rules),
            )


@dataclass(frozen=True, slots=True)
class SmallBalances:
    """Accounts that may go, and those that a hold keeps back with its rules."""

    small: tuple[AccountBalance, ...]
    denied: tuple[tuple[AccountBalance, tuple[str, ...]], ...]


def small_balances(
    session: Session, *, on: date, account_ids: Collection[int] | None = None
) -> SmallBalances:
    """As they stand on that day, locked; of some accounts alone where they are named."""
    settings = settings_on(session, on)
    quiet = _quiet_accounts(session, settings, on, account_ids)
    if not quiet:
        return SmallBalances((), ())
    asked, elsewhere = _asked(session, quiet), _elsewhere(session, quiet, on)
    found = [
        account
        for account in balances(session, on=on, account_ids=quiet)
        if account.guarantor_account_id not in elsewhere
        and _is_small(account, asked.get(account.guarantor_account_id), settings, on)
    ]
    held = {account.guarantor_account_id: _denied(account) for account in found}
    return SmallBalances(
        small=tuple(a for a in found if not held[a.guarantor_account_id]),
        denied=tuple(
            (a, held[a.guarantor_account_id]) for a in found if held[a.guarantor_account_id]
        ),
    )


def _quiet_accounts(
    session: Session, settings: Settings, on: date, account_ids: Collection[int] | None
) -> Sequence[int]:
    """Locked accounts that owe a little and where nothing was posted for 60 days."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    owed = func.sum(signed).filter(LedgerAccount.code == Account.PATIENT_RECEIVABLE)
    quiet = (
        select(PostingRow.guarantor_account_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .where(
            PostingRow.guarantor_account_id.is_not(None)
            if account_ids is None
            else PostingRow.guarantor_account_id.in_(account_ids)
        )
        .group_by(PostingRow.guarantor_account_id)
        .having(
            owed > ZERO,
            owed <= settings.money(Key.SMALL_BALANCE_AT_MOST),
            func.max(JournalEntry.occurred_on) <= on - settings.span(Key.SMALL_BALANCE_QUIET_DAYS),
        )
    )
    return session.scalars(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(quiet))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    ).all()


def _elsewhere(session: Session, account_ids: Sequence[int], on: date) -> frozenset[int]:
    """Accounts with a bill that waits in a batch of bad debt, or that somebody declined to let go this month."""
    rows = (
        select(BadDebtBill.guarantor_account_id)
        .join(BadDebtBatch, BadDebtBatch.id == BadDebtBill.batch_id)
        .where(
            BadDebtBill.guarantor_account_id.in_(account_ids),
            or_(
                and_(
                    BadDebtBill.state == BillState.WAITING.value,
                    BadDebtBatch.kind == BatchKind.BAD_DEBT.value,
                ),
                and_(
                    BadDebtBill.state == BillState.DECLINED.value,
                    BadDebtBill.basis == Basis.SMALL.value,
                    day_at_practice(BadDebtBatch.decided_at) > on - DECLINED_FOR,
                ),
            ),
        )
    )
    return frozenset(session.scalars(rows))


def _asked(session: Session, account_ids: Sequence[int]) -> dict[int, _Asked]:
    sent = session.execute(
        select(
            Statement.guarantor_account_id,
            func.count(Statement.id.distinct()),
            func.min(Visit.first_statement_on),
        )
        .join(StatementDelivery, StatementDelivery.statement_id == Statement.id)
        .join(Visit, Visit.guarantor_account_id == Statement.guarantor_account_id)
        .where(Statement.guarantor_account_id.in_(account_ids), Statement.amount_due > ZERO)
        .group_by(Statement.guarantor_account_id, Visit.id)
    )
    found: dict[int, _Asked] = {}
    for account_id, times, since in sent:
        known = found.get(account_id, _Asked(times, since))
        found[account_id] = _Asked(times, max(filter(None, (known.since, since)), default=None))
    return found


def _is_small(account: AccountBalance, asked: _Asked | None, settings: Settings, on: date) -> bool:
    """Too small ever to be billed, or asked for twice and 60 days."""
    if account.credit or any(
        charge.patient_due < ZERO for visit in account.visits for charge in visit.charges
    ):
        return False
    if ZERO < account.patient_due < settings.money(Key.STATEMENT_FLOOR):
        return True
    return (
        ZERO < account.patient_due <= settings.money(Key.SMALL_BALANCE_AT_MOST)
        and asked is not None
        and asked.times >= settings.count(Key.SMALL_BALANCE_STATEMENTS)
        and asked.since is not None
        and asked.since <= on - settings.span(Key.SMALL_BALANCE_QUIET_DAYS)
    )


def _denied(account: AccountBalance) -> tuple[str, ...]:
    """The rules of what is held, waits or is disputed; none where it may go."""
    conditions = {condition for visit in account.visits for condition in visit.conditions}
    answer = allowed(conditions, Action.STATEMENT)
    rules = set() if isinstance(answer, Allowed) else set(answer.rule_ids)
    rules |= {rule_of(one, Action.STATEMENT) for one in conditions & WAITS}
    return tuple(sorted(rules))
