"""What a patient may say against a bill, where it leads, and by when we answer (DISP-1 to DISP-4). Pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.business_days import business_days_after
from billing.money import ZERO, Money

ACKNOWLEDGE_WITHIN = 2  # business days
RESOLVE_WITHIN = timedelta(days=30)
EXTENDED_TO = timedelta(days=45)  # once, with a letter
REJOINS_AFTER = timedelta(days=14)  # at least, after the answer
REMIND_BEFORE = timedelta(days=7)  # the answer is due that soon: the item becomes urgent


class Kind(StrEnum):
    """What somebody says is wrong (DISP-1)."""

    NOT_MINE = "not_mine"
    AMOUNT = "amount"
    INSURANCE = "insurance"
    NOT_RECEIVED = "not_received"
    DUPLICATE = "duplicate"
    ALREADY_PAID = "already_paid"
    IDENTITY_THEFT = "identity_theft"
    ASSISTANCE = "assistance"
    QUALITY = "quality"


class Channel(StrEnum):
    """How it reached us."""

    PORTAL = "portal"
    EOB = "eob"  # their EOB says another figure
    MESSAGE = "message"
    TEXT = "text"
    CALL = "call"
    AGENCY = "agency"  # a collection agency told us


class State(StrEnum):
    """Where one dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What moves it."""

    ANSWER = "answer"
    WITHDRAW = "withdraw"
    REPLY = "reply"  # the patient does not agree: once, to another person


class Finding(StrEnum):
    """What we found; none is closed without one (DISP-3)."""

    VALID = "valid"  # the bill is right as it is
    CORRECTED = "corrected"
    PARTLY = "partly"
    REBILLED = "rebilled"  # to a plan, or again to the same one
    IDENTITY_THEFT = (
        "identity_theft"  # nothing is asked of this person until somebody lifts the lock
    )


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.OPEN: {Step.ANSWER: State.ANSWERED, Step.WITHDRAW: State.WITHDRAWN},
    State.ANSWERED: {Step.REPLY: State.OPEN},
    State.WITHDRAWN: {},
}
# In whose favour: "upheld" counts a dispute that was right, wholly or in part (KPI-23).
UPHELD = frozenset({Finding.CORRECTED, Finding.PARTLY, Finding.REBILLED, Finding.IDENTITY_THEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The days we keep."""

    acknowledge_by: date
    resolve_by: date


def clocks(filed_on: date) -> Clocks:
    """From the day of receipt (DISP-2)."""
    return Clocks(
        acknowledge_by=business_days_after(filed_on, ACKNOWLEDGE_WITHIN),
        resolve_by=filed_on + RESOLVE_WITHIN,
    )


def extended(filed_on: date) -> date:
    """The last day after the one extension there is."""
    return filed_on + EXTENDED_TO


def rejoins(answered_on: date, finding: Finding) -> date | None:
    """From which day it may be asked for again; None: not before a person lifts the lock."""
    return None if finding is Finding.IDENTITY_THEFT else answered_on + REJOINS_AFTER


def split_amount(amount: Money | None, due: Sequence[tuple[int, Money]]) -> dict[int, Money]:
    """What is disputed of each line: all that is open, or the amount, filled in the lines' order.

    More than is open is the whole of it.
    """
    if amount is None:
        return dict(due)
    if amount <= ZERO:
        raise ValueError("a disputed amount is above zero")
    shares, rest = {}, amount
    for charge_id, owed in due:
        shares[charge_id] = min(rest, owed)
        rest -= shares[charge_id]
    return shares
