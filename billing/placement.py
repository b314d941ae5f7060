"""A bill at a collection agency: whom one may be given to, where it stands, and what calls it back (COLL-8, 11, 19).

Nothing here says that a bill may be placed: that is the gate's (`billing.gate`). Once it may not be with an agency
any more, `order_for` says what the agency is told, within a business day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.holds import MATRIX, Action, Condition, Effect, blocked_by, rule_of
from billing.ledger import Account, Entry, Party, Posting, credit, debit, transfer
from billing.money import ZERO, Money


class EcaType(StrEnum):
    """What the federal rule calls an extraordinary collection action (COLL-1). The product does none of them."""

    SALE = "sale"
    CREDIT_REPORT = "credit_report"
    CARE_DENIED = "care_denied"
    LEGAL = "legal"


class Term(StrEnum):
    """What a contract with an agency must say before a bill may go there (COLL-11, COLL-30)."""

    NO_ECA = "no_eca"
    SUSPENDS_FOR_ASSISTANCE = "suspends_for_assistance"
    ADJUSTS_TO_DECISION = "adjusts_to_decision"
    SAME_DUTY_ONWARD = "same_duty_onward"
    RETURNS_ON_RECALL = "returns_on_recall"
    NO_CREDIT_REPORT = "no_credit_report"


TERM_WORDS: Mapping[Term, str] = {
    Term.NO_ECA: "takes no legal or other extraordinary step without our written yes",
    Term.SUSPENDS_FOR_ASSISTANCE: "stops when somebody applies for assistance",
    Term.ADJUSTS_TO_DECISION: "follows what an assistance decision says",
    Term.SAME_DUTY_ONWARD: "binds whoever it hands a bill on to in the same way",
    Term.RETURNS_ON_RECALL: "gives a bill back when we recall it",
    Term.NO_CREDIT_REPORT: "reports nobody to a credit bureau",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """What is known of an agency. `states`: where it holds a licence; `ends_on` is the contract's last day."""

    name: str
    contract_ref: str
    baa_ref: str  # the business associate agreement of HIPAA
    terms: frozenset[Term]
    states: frozenset[str]
    begins_on: date
    ends_on: date | None = None
    dispute_address: tuple[str, ...] = ()
    phone: str = ""


def lacks(agency: Agency, *, on: date) -> tuple[str, ...]:
    """Why nothing may be placed there on this day, each in words; empty when something may (COLL-11)."""
    missing = []
    if not agency.contract_ref:
        missing.append("the contract’s number")
    if not agency.baa_ref:
        missing.append("the business associate agreement")
    missing += [f"a contract that {TERM_WORDS[term]}" for term in Term if term not in agency.terms]
    if not agency.states:
        missing.append("a state in which it holds a licence")
    if not agency.dispute_address or not agency.phone:
        missing.append("an address and a phone number for disputes")
    if on < agency.begins_on or (agency.ends_on is not None and on > agency.ends_on):
        missing.append("a contract that is in force")
    return tuple(missing)


# What a second person approved: one of these changed, and the approval is gone.
BINDING = ("name", "contract_ref", "baa_ref", "terms", "states", "begins_on", "ends_on")


def binds(before: Agency, now: Agency) -> bool:
    """Whether what changed has to be approved anew; where to write and whom to call does not (COLL-11, OPS-13)."""
    return any(getattr(before, name) != getattr(now, name) for name in BINDING)


class PlacementState(StrEnum):
    """Where a placed bill stands; the last three are ends."""

    PLACED = "placed"
    SUSPENDED = "suspended"  # the agency does nothing until it hears from us
    RECALLED = "recalled"
    PAID = "paid"
    CLOSED = "closed"  # the agency gave it back


class Order(StrEnum):
    """What one row of a file tells an agency."""

    PLACE = "place"
    UPDATE = "update"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RECALL = "recall"
    PAID_IN_FULL = "paid_in_full"


AGENCY_CLOSES = "close"  # the one step that is the agency's own
WITH_AGENCY = frozenset({PlacementState.PLACED, PlacementState.SUSPENDED})
_P, _O = PlacementState, Order
STEPS: Mapping[PlacementState, Mapping[str, PlacementState]] = {
    _P.PLACED: {
        _O.UPDATE: _P.PLACED,
        _O.SUSPEND: _P.SUSPENDED,
        _O.RECALL: _P.RECALLED,
        _O.PAID_IN_FULL: _P.PAID,
        AGENCY_CLOSES: _P.CLOSED,
    },
    _P.SUSPENDED: {
        _O.UPDATE: _P.SUSPENDED,
        _O.REINSTATE: _P.PLACED,
        _O.RECALL: _P.RECALLED,
        _O.PAID_IN_FULL: _P.PAID,
        AGENCY_CLOSES: _P.CLOSED,
    },
    _P.RECALLED: {},
    _P.PAID: {},
    _P.CLOSED: {},
}


class StepRefused(ValueError):
    """The bill does not stand where this step begins."""


def after(state: PlacementState, step: str) -> PlacementState:
    """Where a bill stands after an order of ours, or after `AGENCY_CLOSES`. Raises StepRefused."""
    if step not in STEPS[state]:
        raise StepRefused(f"A bill that is {state.value} cannot be told “{step}”.")
    return STEPS[state][step]


# A person decides about these first; the agency waits meanwhile (CORE-6: manual review).
_WAIT = frozenset(
    {c for c, row in MATRIX.items() if row[Action.PLACEMENT] is Effect.UNTIL}
    | {Condition.PLAN_CURRENT, Condition.PROMISED}
)
# Not about whether the debt may be asked for at all.
_SILENT = frozenset({Condition.PLACED, Condition.NO_SMS_CONSENT, Condition.NO_ESTATEMENT_CONSENT})


@dataclass(frozen=True, slots=True)
class Told:
    """What an agency must be told about a bill, and the rules and conditions that ask for it."""

    order: Order
    rule_ids: tuple[str, ...]
    conditions: frozenset[Condition]


def order_for(
    state: PlacementState, conditions: Iterable[Condition], *, balance: Money
) -> Told | None:
    """The order that what holds now asks for, or None; the worst condition decides (COLL-8, COLL-19).

    A bill that nobody may ask for comes home. One that waits for a person is suspended; it is never reinstated here,
    because a person says when the agency may begin again.
    """
    if state not in WITH_AGENCY:
        return None
    holding = blocked_by(frozenset(conditions) - _SILENT, Action.PLACEMENT)
    recalling = holding - _WAIT - {Condition.BELOW_FLOOR}
    if balance <= ZERO:  # what was paid above the bill is no reason to call it home: it is paid
        recalling -= {Condition.CREDIT_BALANCE}
    if recalling:
        return Told(Order.RECALL, _rules(recalling), recalling)
    if balance <= ZERO:
        return Told(Order.PAID_IN_FULL, ("COLL-21",), frozenset())
    waiting = holding & _WAIT
    if waiting and state is PlacementState.PLACED:
        return Told(Order.SUSPEND, _rules(waiting), waiting)
    return None


def _rules(conditions: Collection[Condition]) -> tuple[str, ...]:
    return tuple(sorted({rule_of(c, Action.PLACEMENT) for c in conditions}))


@dataclass(frozen=True, slots=True)
class Lost:
    """What one service line still owes when it is written off, or was written off for."""

    party: Party
    amount: Money


def bad_debt(*, source_ref: str, occurred_on: date, lines: Collection[Lost], memo: str) -> Entry:
    """Written off as bad debt, line by line; taken back only by the entry's reversal (OPS-22)."""
    legs = [
        leg
        for line in lines
        for leg in transfer(
            line.amount,
            debit_to=(Account.BAD_DEBT, line.party),
            credit_to=(Account.PATIENT_RECEIVABLE, line.party),
        )
    ]
    return Entry("bad_debt", source_ref, occurred_on, tuple(legs), memo=memo)


def agency_payment(
    *,
    source_ref: str,
    occurred_on: date,
    settles: Collection[Lost],
    recovers: Collection[Lost],
    memo: str,
    reinstates: Collection[Lost] = (),
    leftover: Lost | None = None,
) -> Entry:
    """Money that an agency took for us: it settles what is open, and brings back what was written off.

    What nothing is owed for (`leftover`) is the patient's credit. `recovers` first returns from bad debt to the receivable, so the bill shows what was owed and that it was paid;
    so does what was let go as a small balance (`reinstates`).
    The agency holds the gross amount until its remittance arrives; its fee is never the patient's.
    """
    legs: list[Posting] = []
    for off, lines in ((Account.BAD_DEBT, recovers), (Account.SMALL_BALANCE, reinstates)):
        for line in lines:
            legs += transfer(
                line.amount,
                debit_to=(Account.PATIENT_RECEIVABLE, line.party),
                credit_to=(off, line.party),
            )
    for line in (*settles, *recovers, *reinstates):
        legs += transfer(
            line.amount,
            debit_to=(Account.AGENCY_CLEARING, line.party),
            credit_to=(Account.PATIENT_RECEIVABLE, line.party),
        )
    if leftover is not None:
        legs += transfer(
            leftover.amount,
            debit_to=(Account.AGENCY_CLEARING, leftover.party),
            credit_to=(Account.PATIENT_CREDIT, leftover.party),
        )
    return Entry("agency_payment", source_ref, occurred_on, tuple(legs), memo=memo)


def share_out(amount: Money, lines: Iterable[Lost]) -> tuple[list[Lost], Money]:
    """What of an amount each line takes, in their order, and what is left when all are served."""
    taken = []
    for line in lines:
        part = min(amount, line.amount)
        if part > ZERO:
            taken.append(Lost(line.party, part))
            amount -= part
    return taken, amount


def agency_payment_back(
    *,
    source_ref: str,
    occurred_on: date,
    credit: Collection[Lost],
    reopens: Collection[Lost],
    loses: Collection[Lost],
    memo: str,
    lets_go: Collection[Lost] = (),
) -> Entry:
    """A bank took back what an agency had been paid: the patient's credit falls, and lines are owed again.

    What had come back from bad debt (`loses`) is bad debt again, and a small balance is let go again (`lets_go`).
    """
    legs: list[Posting] = []
    for account, lines in ((Account.PATIENT_CREDIT, credit), (Account.PATIENT_RECEIVABLE, reopens)):
        for line in lines:
            legs += transfer(
                line.amount,
                debit_to=(account, line.party),
                credit_to=(Account.AGENCY_CLEARING, line.party),
            )
    for off, lines in ((Account.BAD_DEBT, loses), (Account.SMALL_BALANCE, lets_go)):
        for line in lines:
            legs += transfer(
                line.amount,
                debit_to=(Account.PATIENT_RECEIVABLE, line.party),
                credit_to=(Account.AGENCY_CLEARING, line.party),
            )
            legs += transfer(
                line.amount,
                debit_to=(off, line.party),
                credit_to=(Account.PATIENT_RECEIVABLE, line.party),
            )
    return Entry("agency_payment_back", source_ref, occurred_on, tuple(legs), memo=memo)


def agency_remittance(
    *, source_ref: str, occurred_on: date, gross: Money, fee: Money, trace: str
) -> Entry:
    """The agency's own check or transfer: what it took for us, less what it keeps."""
    if not ZERO <= fee < gross:
        raise ValueError("a fee is nothing or more, and less than what was taken")
    legs = (
        *debit(Account.PRACTICE_DEPOSITS, gross - fee),
        *debit(Account.AGENCY_FEES, fee),
        *credit(Account.AGENCY_CLEARING, gross),
    )
    return Entry("agency_remittance", source_ref, occurred_on, legs, memo=trace)
