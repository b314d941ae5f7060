"""The gate's rules: which action each condition blocks, and by which rule (CORE-5, CORE-6).

An action that is not in the matrix is not built yet and always denied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """A fact about an account, a patient or a visit that the gate asks about."""

    OPEN_CLAIM = "open_claim"  # a payer has not answered, or is deciding again
    MEDICAID_QMB = "medicaid_qmb"
    REVIEW = "review"  # part of the patient share waits for a person: not billed, not due
    BILL_HELD = "bill_held"  # an open work item says the figures need a person first
    RECEIPTS_MISSING = "receipts_missing"  # money taken at the desk may not be in our books yet
    RECEIPTS_BEHIND = "receipts_behind"  # the same doubt about a bill that was stated before
    MINOR_UNNAMED = "minor_unnamed"  # a minor's account without a named guarantor
    DECEASED = "deceased"
    BANKRUPTCY = "bankruptcy"
    DO_NOT_CONTACT = "do_not_contact"
    ATTORNEY = "attorney"
    WORKERS_COMP = "workers_comp"
    VETERANS_AFFAIRS = "veterans_affairs"
    DISPUTED = "disputed"
    PAYMENT_TAKEN_BACK = "payment_taken_back"  # a bank took back a payment of this bill
    COVERAGE_CHANGED = "coverage_changed"  # the patient says that another plan covers this visit
    PLAN_CURRENT = "plan_current"  # the visit is paid by a plan in good standing
    BELOW_FLOOR = "below_floor"
    NO_SMS_CONSENT = "no_sms_consent"
    NO_ESTATEMENT_CONSENT = "no_estatement_consent"


class Action(StrEnum):
    """What the practice, or a patient on our pages, wants to do about an account."""

    STATEMENT = "statement"  # on paper
    ELECTRONIC_STATEMENT = "electronic_statement"
    REMINDER = "reminder"  # a text about a bill
    PORTAL_PAYMENT = "portal_payment"  # the patient pays now, of their own will
    FINAL_NOTICE = "final_notice"
    PLACEMENT = "placement"
    LAWSUIT = "lawsuit"
    DRAFT = "draft"  # a plan or autopay draws money


BUILT = frozenset(
    {
        Action.STATEMENT,
        Action.ELECTRONIC_STATEMENT,
        Action.REMINDER,
        Action.PORTAL_PAYMENT,
        Action.DRAFT,
    }
)


class Effect(StrEnum):
    """A cell of the matrix."""

    OK = "ok"
    REWORD = "reword"  # allowed, and the text must say so
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go ahead; `reword` lists conditions that the text must speak of."""

    reword: frozenset[Condition] = frozenset()


@dataclass(frozen=True, slots=True)
class Denied:
    """Do not; the rules that say so, and the conditions that made them apply."""

    rule_ids: tuple[str, ...]
    conditions: frozenset[Condition] = frozenset()


RULES: dict[Condition, str] = {
    Condition.OPEN_CLAIM: "STMT-1",
    Condition.MEDICAID_QMB: "STMT-23",
    Condition.REVIEW: "OPS-8",
    Condition.BILL_HELD: "STMT-5",
    Condition.RECEIPTS_MISSING: "STMT-1",
    Condition.RECEIPTS_BEHIND: "STMT-12",
    Condition.MINOR_UNNAMED: "COLL-26",
    Condition.DECEASED: "COLL-25",
    Condition.BANKRUPTCY: "COLL-24",
    Condition.DO_NOT_CONTACT: "COLL-17",
    Condition.ATTORNEY: "COLL-17",
    Condition.WORKERS_COMP: "COLL-29",
    Condition.VETERANS_AFFAIRS: "COLL-28",
    Condition.DISPUTED: "DISP-1",
    Condition.PAYMENT_TAKEN_BACK: "PAY-13",
    Condition.COVERAGE_CHANGED: "STMT-1",
    Condition.PLAN_CURRENT: "PLAN-16",
    Condition.BELOW_FLOOR: "OPS-19",
    Condition.NO_SMS_CONSENT: "MSG-1",
    Condition.NO_ESTATEMENT_CONSENT: "MSG-24",
}

_X, _W, _OK = Effect.BLOCK, Effect.REWORD, Effect.OK
_COLUMNS = (
    Action.STATEMENT,
    Action.ELECTRONIC_STATEMENT,
    Action.REMINDER,
    Action.PORTAL_PAYMENT,
    Action.DRAFT,
)
# What the law lets a person pay of their own will stays open to them; what nobody may owe does not.
# Money is drawn only where nothing at all is in doubt: who signed that is not there to look.
MATRIX: dict[Condition, dict[Action, Effect]] = {
    condition: dict(zip(_COLUMNS, effects, strict=True))
    for condition, effects in {
        Condition.OPEN_CLAIM: (_X, _X, _X, _X, _X),
        Condition.MEDICAID_QMB: (_X, _X, _X, _X, _X),
        Condition.REVIEW: (_W, _W, _OK, _OK, _OK),
        Condition.BILL_HELD: (_X, _X, _X, _X, _X),
        Condition.RECEIPTS_MISSING: (_X, _X, _X, _X, _X),
        Condition.RECEIPTS_BEHIND: (_X, _X, _X, _OK, _X),
        Condition.MINOR_UNNAMED: (_X, _X, _X, _X, _X),
        Condition.DECEASED: (_X, _X, _X, _X, _X),
        Condition.BANKRUPTCY: (_X, _X, _X, _X, _X),
        Condition.DO_NOT_CONTACT: (_X, _X, _X, _OK, _OK),
        Condition.ATTORNEY: (_X, _X, _X, _OK, _OK),
        Condition.WORKERS_COMP: (_X, _X, _X, _X, _X),
        Condition.VETERANS_AFFAIRS: (_X, _X, _X, _X, _X),
        Condition.DISPUTED: (_W, _W, _X, _OK, _X),
        # Whoever disputed a payment is asked for it by a person; nothing draws it again by itself.
        Condition.PAYMENT_TAKEN_BACK: (_OK, _OK, _OK, _OK, _X),
        # As a claim that no payer has decided yet: the right one was not asked.
        Condition.COVERAGE_CHANGED: (_X, _X, _X, _X, _X),
        # Its own notices of a due day are no reminders of a bill.
        Condition.PLAN_CURRENT: (_W, _W, _X, _OK, _OK),
        Condition.BELOW_FLOOR: (_X, _X, _X, _OK, _X),
        Condition.NO_SMS_CONSENT: (_OK, _OK, _X, _OK, _OK),
        Condition.NO_ESTATEMENT_CONSENT: (_OK, _X, _OK, _OK, _OK),
    }.items()
}

# Why a bill waits, in words that staff and patients can both read.
REASONS: dict[Condition, str] = {
    Condition.OPEN_CLAIM: "a health plan has not finished deciding",
    Condition.MEDICAID_QMB: "Medicaid rules do not let us bill for this visit",
    Condition.REVIEW: "we are checking part of this bill",
    Condition.BILL_HELD: "we are checking this bill",
    Condition.RECEIPTS_MISSING: "payments made at the desk are not in our books yet",
    Condition.RECEIPTS_BEHIND: "the newest payments at the desk are not in our books yet",
    Condition.MINOR_UNNAMED: "no parent or guardian is named yet",
    Condition.DECEASED: "the person responsible has died",
    Condition.BANKRUPTCY: "a bankruptcy notice is on file",
    Condition.DO_NOT_CONTACT: "we were asked not to write or call",
    Condition.ATTORNEY: "an attorney speaks for this account",
    Condition.WORKERS_COMP: "workers' compensation is responsible",
    Condition.VETERANS_AFFAIRS: "Veterans Affairs is responsible",
    Condition.DISPUTED: "this bill is disputed",
    Condition.PAYMENT_TAKEN_BACK: "a bank took back a payment for this bill",
    Condition.COVERAGE_CHANGED: "the insurance for this visit is being checked",
    Condition.PLAN_CURRENT: "a payment plan is being paid",
    Condition.BELOW_FLOOR: "the amount is below the smallest bill we send",
    Condition.NO_SMS_CONSENT: "no consent to text messages",
    Condition.NO_ESTATEMENT_CONSENT: "no consent to electronic statements",
}


def allowed(conditions: Iterable[Condition], action: Action) -> Allowed | Denied:
    """The gate's answer for one action under all the conditions that hold now."""
    if action not in BUILT:
        return Denied(("CORE-6",))
    held = frozenset(conditions)
    blocking = frozenset(c for c in held if MATRIX[c][action] is Effect.BLOCK)
    if blocking:
        return Denied(tuple(sorted({RULES[c] for c in blocking})), blocking)
    return Allowed(frozenset(c for c in held if MATRIX[c][action] is Effect.REWORD))


def holds_bill(conditions: Iterable[Condition]) -> frozenset[Condition]:
    """The conditions under which what is in the ledger is not yet something a patient owes."""
    return frozenset(c for c in conditions if MATRIX[c][Action.PORTAL_PAYMENT] is Effect.BLOCK)
