"""The one balance function (money law 4): what every page, letter, payment and check asks.

It sums postings and nothing else; who may see the answer is the caller's to ensure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from billing.entries import PATIENT_MONEY
from billing.holds import Condition, holds_bill
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from portal.models.ledger import JournalEntry, PostingRow
from portal.queries.among import sized
from portal.queries.balance_rows import numbers_query, sums_query, visits_query
from portal.queries.conditions import ConditionBook, conditions

_PLAN_MONEY = {Account.PAYER_CLEARING, Account.PAYER_SUSPENSE, Account.PAYER_RECOUPMENT}
_WRITTEN_OFF = {
    Account.PROVIDER_WRITE_OFF,
    Account.FINANCIAL_ASSISTANCE,
    Account.SMALL_BALANCE,
    Account.BAD_DEBT,
}
_PATIENT_MONEY = {*PATIENT_MONEY, Account.PATIENT_CREDIT, Account.DISPUTES}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPaid:
    """What one payer paid on a charge; negative after a takeback."""

    payer_id: int | None
    payer_name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBalance:
    """One line. `billed + bundled = plan_paid + plan_discount + written_off + insurance_due
    + patient_due + patient_paid`, always and to the cent.
    """

    charge_id: int
    visit_id: int
    service_on: date
    billed: Money
    bundled: Money  # moved here from another line of the visit (minus: moved away)
    plans: tuple[PlanPaid, ...]
    plan_discount: Money
    written_off: Money
    insurance_due: Money
    patient_due: Money
    patient_paid: Money
    disputed: Money = ZERO  # of `patient_due`: the patient disputes it, nobody asks for it (DISP-1)

    @property
    def plan_paid(self) -> Money:
        return total_of(plan.amount for plan in self.plans)

    @property
    def undisputed(self) -> Money:
        """What of the open share stays payable. Undisputed and disputed are what is owed, always."""
        return self.patient_due - self.disputed

    @property
    def identity_holds(self) -> bool:
        explained = self.plan_paid + self.plan_discount + self.written_off + self.insurance_due
        return self.billed + self.bundled == explained + self.patient_due + self.patient_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitBalance:
    """One bill: its lines, the patient's credit kept for it, and why it may not be billed now."""

    visit_id: int
    guarantor_account_id: int
    account_number: str
    patient_id: int
    control_number: str
    service_on: date
    coverage_intent: str
    charges: tuple[ChargeBalance, ...]
    credit: Money
    conditions: frozenset[Condition]
    reasons: tuple[str, ...]  # in words, for every condition that holds the bill
    under_review: Money

    @property
    def billed(self) -> Money:
        return total_of(c.billed for c in self.charges)

    @property
    def plan_paid(self) -> Money:
        return total_of(c.plan_paid for c in self.charges)

    @property
    def plan_discount(self) -> Money:
        return total_of(c.plan_discount for c in self.charges)

    @property
    def written_off(self) -> Money:
        return total_of(c.written_off for c in self.charges)

    @property
    def insurance_due(self) -> Money:
        return total_of(c.insurance_due for c in self.charges)

    @property
    def patient_due(self) -> Money:
        """Open patient share in the ledger, held or not."""
        return total_of(c.patient_due for c in self.charges)

    @property
    def disputed(self) -> Money:
        """Of the open share, what the patient disputes."""
        return total_of(c.disputed for c in self.charges)

    @property
    def patient_paid(self) -> Money:
        return total_of(c.patient_paid for c in self.charges)

    @property
    def identity_holds(self) -> bool:
        """STMT-4, with what a bundling moved between lines netting to nothing."""
        moved = total_of(c.bundled for c in self.charges)
        return moved == ZERO and all(c.identity_holds for c in self.charges)

    @property
    def holding(self) -> frozenset[Condition]:
        """The conditions under which this is not yet a bill."""
        return holds_bill(self.conditions)

    @property
    def held(self) -> bool:
        return bool(self.holding)

    @property
    def due_now(self) -> Money:
        """What the patient is asked for: nothing while anything holds the bill, and never what they dispute."""
        return ZERO if self.held else self.patient_due - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """One guarantor's bills and credit. `position` is the last posting the sums include."""

    guarantor_account_id: int
    number: str
    visits: tuple[VisitBalance, ...]
    unapplied_credit: Money  # credit that belongs to no visit
    conditions: frozenset[Condition]  # of the account as a whole
    position: int

    @property
    def patient_due(self) -> Money:
        return total_of(v.patient_due for v in self.visits)

    @property
    def due_now(self) -> Money:
        """The sum of bills that nothing holds; a credit is shown beside it, never netted."""
        return total_of(v.due_now for v in self.visits)

    @property
    def credit(self) -> Money:
        return self.unapplied_credit + total_of(v.credit for v in self.visits)

    @property
    def in_credit(self) -> bool:
        """We owe them as much as they owe us, or more: nobody presses or draws (CORE-6, STMT-11)."""
        return self.credit > ZERO and self.credit >= self.patient_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A past state of the ledger: entries dated up to a day, or recorded before a moment."""

    dated_through: date | None = None
    recorded_before: datetime | None = None

    def of_entry(self) -> ColumnElement[bool]:
        """Which journal entries belong to it."""
        if self.recorded_before is not None:
            return JournalEntry.recorded_at < self.recorded_before
        return JournalEntry.occurred_on <= self.dated_through


def balances(
    session: Session,
    *,
    on: date,
    account_ids: Collection[int] | None = None,
    visit_ids: Collection[int] | None = None,
    through: int | None = None,
    known: Known | None = None,
) -> list[AccountBalance]:
    """Balances by account number; None means all. `through` stops at an earlier position, `known` at an earlier day.

    Conditions are those of `on`; a past state has none, since how they stood then is not kept.

    With `visit_ids` an account shows those visits only. Four statements at most, whatever the size.
    """
    sums = _sums(session, account_ids, visit_ids, through, known)
    if known is None:
        book = conditions(session, on=on, account_ids=account_ids, visit_ids=visit_ids)
    else:
        book = ConditionBook()
    visits: dict[int, list[VisitBalance]] = defaultdict(list)
    numbers: dict[int, str] = {}
    # A past state has no disputes, as it has no conditions.
    disputes_on = on if known is None else date.min
    for rows in _visits(session, account_ids, visit_ids, disputes_on):
        visit = _visit_balance(rows, sums, book)
        visits[visit.guarantor_account_id].append(visit)
        numbers[visit.guarantor_account_id] = visit.account_number
    if visit_ids is None and (account_ids is None or not numbers.keys() >= set(account_ids)):
        numbers |= _numbers(session, account_ids)  # those without a visit
    return [
        AccountBalance(
            guarantor_account_id=account_id,
            number=number,
            visits=tuple(visits[account_id]),
            unapplied_credit=sums.account_credit[account_id],
            conditions=book.of(account_id).kinds,
            position=sums.positions[account_id],
        )
        for account_id, number in sorted(numbers.items(), key=lambda item: item[1])
    ]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Debits minus credits, by charge; credit without a charge by visit or account."""

    charges: dict[int, dict[tuple[Account, int | None], Money]]
    visit_credit: dict[int, Money]
    account_credit: dict[int, Money]
    positions: dict[int, int]
    payers: dict[int | None, str]  # names


def _sums(
    session: Session,
    account_ids: Collection[int] | None,
    visit_ids: Collection[int] | None,
    through: int | None,
    known: Known | None,
) -> _Sums:
    query = sums_query(
        accounts=sized(account_ids), visits=sized(visit_ids), through=through is not None
    )
    chosen = {**_chosen(account_ids, visit_ids), "through": through}
    if known is not None:
        query = query.join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        query = query.where(known.of_entry())
    sums = _Sums(
        defaultdict(dict),
        defaultdict(lambda: ZERO),
        defaultdict(lambda: ZERO),
        defaultdict(int),
        {},
    )
    for account_id, visit_id, charge_id, code, payer_id, amount, position, payer in session.execute(
        query, chosen
    ):
        account = Account(code)
        sums.payers[payer_id] = payer or ""
        sums.positions[account_id] = max(sums.positions[account_id], position)
        if charge_id is not None:
            key = (account, payer_id)
            legs = sums.charges[charge_id]
            legs[key] = legs.get(key, ZERO) + amount
        if account is Account.PATIENT_CREDIT:
            shelf, owner = (
                (sums.account_credit, account_id)
                if visit_id is None
                else (sums.visit_credit, visit_id)
            )
            shelf[owner] -= amount
    return sums


def _visits(
    session: Session,
    account_ids: Collection[int] | None,
    visit_ids: Collection[int] | None,
    disputes_on: date,
) -> Iterable[list[Row[*tuple[Any, ...]]]]:
    query = visits_query(accounts=sized(account_ids), visits=sized(visit_ids))
    grouped: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    chosen = {**_chosen(account_ids, visit_ids), "disputes_on": disputes_on}
    for row in session.execute(query, chosen):
        grouped.setdefault(row.visit_id, []).append(row)
    return grouped.values()


def _chosen(
    account_ids: Collection[int] | None, visit_ids: Collection[int] | None
) -> dict[str, Any]:
    return {"account_ids": list(account_ids or ()), "visit_ids": list(visit_ids or ())}


def _visit_balance(
    rows: list[Row[*tuple[Any, ...]]], sums: _Sums, book: ConditionBook
) -> VisitBalance:
    visit = rows[0]
    facts = book.of(visit.guarantor_account_id, visit.visit_id)
    return VisitBalance(
        visit_id=visit.visit_id,
        guarantor_account_id=visit.guarantor_account_id,
        account_number=visit.number,
        patient_id=visit.patient_id,
        control_number=visit.control_number,
        service_on=visit.visit_on,
        coverage_intent=visit.coverage_intent,
        charges=tuple(
            _charge_balance(row, sums.charges.get(row.charge_id, {}), sums.payers)
            for row in rows
            if row.charge_id is not None
        ),
        credit=sums.visit_credit[visit.visit_id],
        conditions=facts.kinds,
        reasons=facts.holding_reasons,
        under_review=facts.under_review,
    )


def _charge_balance(
    charge: Row[*tuple[Any, ...]],
    legs: dict[tuple[Account, int | None], Money],
    payers: dict[int | None, str],
) -> ChargeBalance:

    def net(*accounts: Account) -> Money:
        return total_of(amount for (account, _), amount in legs.items() if account in accounts)

    plans: dict[int | None, Money] = defaultdict(lambda: ZERO)
    for (account, payer_id), amount in legs.items():
        if account in _PLAN_MONEY:
            plans[payer_id] += amount
    due = net(Account.PATIENT_RECEIVABLE)
    return ChargeBalance(
        charge_id=charge.charge_id,
        visit_id=charge.visit_id,
        service_on=charge.service_on,
        billed=-net(Account.CHARGES),
        bundled=total_of(legs.values()),
        plans=tuple(
            PlanPaid(payer_id=p, payer_name=payers[p], amount=amount)
            for p, amount in plans.items()
            if amount
        ),
        plan_discount=net(Account.CONTRACTUAL_ADJUSTMENT),
        written_off=net(*_WRITTEN_OFF),
        insurance_due=net(Account.INSURANCE_RECEIVABLE),
        patient_due=due,
        patient_paid=net(*_PATIENT_MONEY),
        # Of a line that was paid or corrected meanwhile no more is disputed than is open; all of it, where no amount was
        # named (DISP-1).
        disputed=max(ZERO, due if charge.disputed_whole else min(due, charge.disputed or ZERO)),
    )


def _numbers(session: Session, account_ids: Collection[int] | None) -> dict[int, str]:
    query = numbers_query(accounts=sized(account_ids))
    rows = session.execute(query, _chosen(account_ids, None))
    return {row.id: row.number for row in rows}
