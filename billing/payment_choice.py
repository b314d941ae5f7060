"""What a patient may choose to pay, checked against what is due at that moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from billing.allocation import Allocation, OpenLine, allocate_payment
from billing.money import ZERO, Money, total_of

SMALLEST = Money(50)  # what the card networks carry
LARGEST_EXTRA = Money(500_000)  # beyond what is due; more is a slip
NOTHING_AHEAD: Mapping[int, Money] = MappingProxyType({})


class Scope(StrEnum):
    """The ways to say what to pay."""

    ALL = "all"
    BILL = "bill"
    LINES = "lines"  # whole bills and single services, as ticked
    OWN_AMOUNT = "own_amount"
    AHEAD = "ahead"  # toward a visit that a plan still decides: no bill yet
    PREPAY = "prepay"  # before a booked visit: kept apart until its bill comes (SCH-12)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asks to pay.

    For all, one bill and ticked lines `amount` is what the page showed, or None before it has shown any;
    `part` is how much of that one card pays, when another card is to pay the rest.
    `more` says that somebody wants to pay beyond what is due and knows it stays as credit.
    """

    scope: Scope
    visit_id: int | None = None
    amount: Money | None = None
    charge_ids: tuple[int, ...] = ()
    part: Money | None = None
    more: bool = False
    appointment_id: UUID | None = None  # scope prepay


class Objection(StrEnum):
    """Why a choice cannot be paid."""

    NOTHING_DUE = "nothing_due"
    NOT_DUE = "not_due"  # this bill is not due, or not this account's
    CHANGED = "changed"  # another amount is due than the page showed
    TOO_MUCH = "too_much"
    FAR_TOO_MUCH = "far_too_much"
    TOO_LITTLE = "too_little"
    REST_TOO_LITTLE = "rest_too_little"  # for the second card
    NOT_AHEAD = "not_ahead"  # nothing can be paid toward this visit
    TOO_MUCH_AHEAD = "too_much_ahead"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The amount to pay and the lines it will settle; `rest` is what a second card is to pay."""

    amount: Money
    allocation: Allocation
    rest: Money = ZERO


def due(lines: Sequence[OpenLine]) -> Money:
    """What may be asked for: held lines wait."""
    return total_of(line.due for line in lines if not line.held)


def agree(
    choice: Choice,
    lines: Sequence[OpenLine],
    *,
    ahead: Mapping[int, Money] = NOTHING_AHEAD,
    first: Collection[int] = (),
    prepay: Money = ZERO,
) -> Agreed | Objection:
    """The payment that the choice means now, or why it cannot be made.

    `prepay` is the most that may be paid before the booked visit that the choice names.

    `ahead` is the most that may be paid toward each visit that a plan still decides; `first` are the
    charges of a payment plan, which come before the oldest where nothing was chosen.
    """
    if choice.scope is Scope.AHEAD:
        return _ahead(choice, ahead)
    if choice.scope is Scope.PREPAY:
        return _prepay(choice, prepay)
    if due(lines) <= ZERO and not choice.more:
        return Objection.NOTHING_DUE
    if choice.scope is Scope.OWN_AMOUNT:
        return _own_amount(choice, lines, first)
    return _chosen_lines(choice, lines, first)


def _chosen_lines(
    choice: Choice, lines: Sequence[OpenLine], first: Collection[int]
) -> Agreed | Objection:
    """All of what was chosen, or the first card's part of it."""
    most = due(_chosen(choice, lines))
    known = {line.charge_id for line in lines if not line.held}
    if most <= ZERO or not known.issuperset(choice.charge_ids):
        return Objection.NOT_DUE
    if choice.amount is not None and choice.amount != most:
        return Objection.CHANGED
    amount = most if choice.part is None else choice.part
    if wrong := _misfit(amount, most):
        return wrong
    split = settles(choice.visit_id, amount, lines, charge_ids=choice.charge_ids, first=first)
    return Agreed(amount, split, most - amount)


def _misfit(amount: Money, most: Money) -> Objection | None:
    if amount < SMALLEST:
        return Objection.TOO_LITTLE
    if amount > most:
        return Objection.TOO_MUCH
    return Objection.REST_TOO_LITTLE if ZERO < most - amount < SMALLEST else None


def _chosen(choice: Choice, lines: Sequence[OpenLine]) -> list[OpenLine]:
    if choice.scope is Scope.BILL:
        return [line for line in lines if line.visit_id == choice.visit_id]
    if choice.scope is Scope.LINES:
        return [line for line in lines if line.charge_id in choice.charge_ids]
    return list(lines)


def _own_amount(
    choice: Choice, lines: Sequence[OpenLine], first: Collection[int]
) -> Agreed | Objection:
    """A plan's lines, then the oldest; beyond them only when that was said."""
    most, amount = due(lines), choice.amount
    amount = most if amount is None else amount
    if amount < SMALLEST:
        return Objection.TOO_LITTLE
    if amount > most and not choice.more:
        return Objection.TOO_MUCH
    if amount > most + LARGEST_EXTRA:
        return Objection.FAR_TOO_MUCH
    return Agreed(amount, settles(None, amount, lines, first=first))


def _ahead(choice: Choice, ahead: Mapping[int, Money]) -> Agreed | Objection:
    """Money toward a visit that is no bill yet settles no line: it is the patient's credit there."""
    most = ahead.get(choice.visit_id or 0, ZERO)
    if most <= ZERO:
        return Objection.NOT_AHEAD
    if choice.amount is None or choice.amount < SMALLEST:
        return Objection.TOO_LITTLE
    if choice.amount > most:
        return Objection.TOO_MUCH_AHEAD
    return Agreed(choice.amount, Allocation((), choice.amount))


def settles(
    visit_id: int | None,
    amount: Money,
    lines: Sequence[OpenLine],
    *,
    charge_ids: Collection[int] = (),
    first: Collection[int] = (),
) -> Allocation:
    """The lines that an amount settles: the chosen bill or lines first, then the oldest (STMT-21).

    `first` are charges of a plan that the payment counts toward: they come before the oldest.
    """
    chosen = () if visit_id is None else (visit_id,)
    open_first = {line.charge_id for line in lines if line.charge_id in first and not line.held}
    charges = charge_ids or (() if chosen else open_first)
    return allocate_payment(amount, lines, chosen_visits=chosen, chosen_charges=charges)


def _prepay(choice: Choice, most: Money) -> Agreed | Objection:
    """The copay or estimate of a booked visit; it settles no bill."""
    amount = choice.amount or ZERO
    if choice.appointment_id is None or most <= ZERO:
        return Objection.NOT_AHEAD
    if amount > most:
        return Objection.TOO_MUCH_AHEAD
    if amount < SMALLEST:
        return Objection.TOO_LITTLE
    return Agreed(amount, Allocation((), amount))
