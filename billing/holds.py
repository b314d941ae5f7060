"""The gate's rules: which action each condition blocks, and by which rule (CORE-5, CORE-6).

A final notice, a placement and a lawsuit need more than no hold: every step before them must be proven
(`billing.gate`). Whoever asks for one of them without that proof is denied.
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
    PROMISED = "promised"  # somebody said by when they will pay
    PLAN_CURRENT = "plan_current"  # the visit is paid by a plan in good standing
    BELOW_FLOOR = "below_floor"
    NO_SMS_CONSENT = "no_sms_consent"
    NO_ESTATEMENT_CONSENT = "no_estatement_consent"
    APPEAL_OPEN = "appeal_open"  # the patient or the practice appeals a payer's decision
    ASSISTANCE_PENDING = "assistance_pending"  # an application is waiting, or lacks something
    GFE_DISPUTE = (
        "gfe_dispute"  # the bill is far above its good-faith estimate, and disputed for it
    )
    SCRA = "scra"  # on active duty
    UNREACHABLE = "unreachable"  # every way that we know came back
    CREDIT_BALANCE = "credit_balance"  # we owe the patient, not the patient us
    PLACED = "placed"  # an agency speaks for this account


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
    CALL = "call"  # a person of the practice calls about a bill


# Nobody does these only because nothing is held: each step before them must be proven (COLL-3..5).
PROVEN_FIRST = frozenset({Action.FINAL_NOTICE, Action.PLACEMENT, Action.LAWSUIT})
NOT_PROVEN = "CORE-5"  # nobody looked at the proof


class Effect(StrEnum):
    """A cell of the matrix."""

    OK = "ok"
    REWORD = "reword"  # allowed, and the text must say so
    UNTIL = "until"  # blocked until what NEEDED asks for is on record
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
    Condition.PROMISED: "COLL-13",
    Condition.PLAN_CURRENT: "PLAN-16",
    Condition.BELOW_FLOOR: "OPS-19",
    Condition.NO_SMS_CONSENT: "MSG-1",
    Condition.NO_ESTATEMENT_CONSENT: "MSG-24",
    Condition.APPEAL_OPEN: "COLL-22",
    Condition.ASSISTANCE_PENDING: "FA-12",
    Condition.GFE_DISPUTE: "NSA-7",
    Condition.SCRA: "COLL-27",
    Condition.UNREACHABLE: "CORE-3",
    Condition.CREDIT_BALANCE: "STMT-11",
    Condition.PLACED: "COLL-19",
}
# Where one cell stands on another rule than its row.
_CELL_RULES: dict[tuple[Condition, Action], str] = {
    (Condition.PLACED, Action.REMINDER): "MSG-15",
}

_X, _W, _U, _OK = Effect.BLOCK, Effect.REWORD, Effect.UNTIL, Effect.OK
_COLUMNS = (
    Action.STATEMENT,
    Action.ELECTRONIC_STATEMENT,
    Action.REMINDER,
    Action.PORTAL_PAYMENT,
    Action.DRAFT,
    Action.CALL,
    Action.FINAL_NOTICE,
    Action.PLACEMENT,
    Action.LAWSUIT,
)
# What the law lets a person pay of their own will stays open to them; what nobody may owe does not.
# Money is drawn only where nothing at all is in doubt: who signed that is not there to look.
MATRIX: dict[Condition, dict[Action, Effect]] = {
    condition: dict(zip(_COLUMNS, effects, strict=True))
    for condition, effects in {
        Condition.OPEN_CLAIM: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.MEDICAID_QMB: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.REVIEW: (_W, _W, _OK, _OK, _OK, _OK, _X, _X, _X),
        Condition.BILL_HELD: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.RECEIPTS_MISSING: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.RECEIPTS_BEHIND: (_X, _X, _X, _OK, _X, _X, _X, _X, _X),
        Condition.MINOR_UNNAMED: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        # A paper to whoever speaks for the estate, by name, when two months have passed (COLL-25).
        Condition.DECEASED: (_U, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.BANKRUPTCY: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.DO_NOT_CONTACT: (_X, _X, _X, _OK, _OK, _X, _U, _U, _U),
        Condition.ATTORNEY: (_U, _X, _X, _OK, _OK, _X, _X, _U, _U),
        Condition.WORKERS_COMP: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.VETERANS_AFFAIRS: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.DISPUTED: (_W, _W, _X, _OK, _X, _X, _X, _X, _X),
        # Whoever disputed a payment is asked for it by a person; nothing draws it again by itself.
        Condition.PAYMENT_TAKEN_BACK: (_OK, _OK, _OK, _OK, _X, _OK, _X, _X, _X),
        # As a claim that no payer has decided yet: the right one was not asked.
        Condition.COVERAGE_CHANGED: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        # Nothing that presses before the day; it is at most 30 days away.
        Condition.PROMISED: (_X, _X, _X, _OK, _OK, _X, _X, _X, _X),
        # Its own notices of a due day are no reminders of a bill.
        Condition.PLAN_CURRENT: (_W, _W, _X, _OK, _OK, _X, _X, _X, _X),
        Condition.BELOW_FLOOR: (_X, _X, _X, _OK, _X, _X, _X, _X, _X),
        Condition.NO_SMS_CONSENT: (_OK, _OK, _X, _OK, _OK, _OK, _OK, _OK, _OK),
        Condition.NO_ESTATEMENT_CONSENT: (_OK, _X, _OK, _OK, _OK, _OK, _OK, _OK, _OK),
        Condition.APPEAL_OPEN: (_W, _W, _X, _OK, _U, _X, _X, _X, _X),
        Condition.ASSISTANCE_PENDING: (_W, _W, _X, _OK, _OK, _X, _X, _X, _X),
        Condition.GFE_DISPUTE: (_X, _X, _X, _X, _X, _X, _X, _X, _X),
        Condition.SCRA: (_OK, _OK, _OK, _OK, _OK, _OK, _U, _U, _U),
        # A call to a number that was found is how this ends.
        Condition.UNREACHABLE: (_X, _X, _X, _OK, _OK, _OK, _X, _X, _X),
        # Its statement asks for nothing: it says what we owe.
        Condition.CREDIT_BALANCE: (_W, _W, _X, _OK, _X, _X, _X, _X, _X),
        Condition.PLACED: (_X, _X, _X, _OK, _X, _X, _X, _X, _X),
    }.items()
}

# What opens a cell that says `until`: the words are for staff, who record it with a name and a reason.
_REVIEW = "a manager has decided it for this account"
NEEDED: dict[tuple[Condition, Action], str] = {
    (Condition.DECEASED, Action.STATEMENT): "60 days have passed and a person who speaks for the"
    " estate is named",
    (Condition.ATTORNEY, Action.STATEMENT): "the attorney's address is on file, and it goes there",
    (Condition.ATTORNEY, Action.PLACEMENT): _REVIEW,
    (Condition.ATTORNEY, Action.LAWSUIT): _REVIEW,
    (Condition.DO_NOT_CONTACT, Action.FINAL_NOTICE): _REVIEW,
    (Condition.DO_NOT_CONTACT, Action.PLACEMENT): _REVIEW,
    (Condition.DO_NOT_CONTACT, Action.LAWSUIT): _REVIEW,
    (Condition.APPEAL_OPEN, Action.DRAFT): "the patient asked us to go on drawing",
    (Condition.SCRA, Action.FINAL_NOTICE): _REVIEW,
    (Condition.SCRA, Action.PLACEMENT): _REVIEW,
    (Condition.SCRA, Action.LAWSUIT): "a military affidavit not older than 30 days is on file",
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
    Condition.PROMISED: "a day was named by which it will be paid",
    Condition.PLAN_CURRENT: "a payment plan is being paid",
    Condition.BELOW_FLOOR: "the amount is below the smallest bill we send",
    Condition.NO_SMS_CONSENT: "no consent to text messages",
    Condition.NO_ESTATEMENT_CONSENT: "no consent to electronic statements",
    Condition.APPEAL_OPEN: "a health plan's decision is appealed",
    Condition.ASSISTANCE_PENDING: "a request for help with this bill is being decided",
    Condition.GFE_DISPUTE: "this bill is disputed because of its estimate",
    Condition.SCRA: "the person responsible is on active duty",
    Condition.UNREACHABLE: "every address and number we know came back",
    Condition.CREDIT_BALANCE: "we owe money on this account",
    Condition.PLACED: "an agency speaks for this account",
}


def rule_of(condition: Condition, action: Action) -> str:
    """The rule that a cell of the matrix stands on."""
    return _CELL_RULES.get((condition, action), RULES[condition])


def allowed(
    conditions: Iterable[Condition],
    action: Action,
    *,
    cleared: Iterable[Condition] = (),
    unproven: Iterable[str] | None = None,
) -> Allowed | Denied:
    """The gate's answer for one action under all the conditions that hold now.

    `cleared` are conditions for which what NEEDED asks for this action is on record. `unproven` are
    the rules whose step before a PROVEN_FIRST action is not proven; None: nobody looked, so denied.
    """
    held = frozenset(conditions)
    blocking = blocked_by(held, action, cleared=cleared)
    missing = frozenset(unproven if unproven is not None else (NOT_PROVEN,))
    rules = {rule_of(c, action) for c in blocking} | (missing if action in PROVEN_FIRST else set())
    if rules:
        return Denied(tuple(sorted(rules)), blocking)
    return Allowed(frozenset(c for c in held if MATRIX[c][action] is Effect.REWORD))


def blocked_by(
    conditions: Iterable[Condition], action: Action, *, cleared: Iterable[Condition] = ()
) -> frozenset[Condition]:
    """The conditions whose cell for this action says no: the matrix alone, without any proof."""
    opened = frozenset(cleared)
    return frozenset(
        c
        for c in conditions
        if MATRIX[c][action] is Effect.BLOCK
        or (MATRIX[c][action] is Effect.UNTIL and c not in opened)
    )


def holds_bill(conditions: Iterable[Condition]) -> frozenset[Condition]:
    """The conditions under which what is in the ledger is not yet something a patient owes."""
    return frozenset(c for c in conditions if MATRIX[c][Action.PORTAL_PAYMENT] is Effect.BLOCK)
