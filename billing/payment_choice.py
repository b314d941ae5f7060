"""What a patient may choose to pay, checked against what is due at that moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from billing.allocation import Allocation, OpenLine, allocate_payment
from billing.money import ZERO, Money, total_of

SMALLEST = Money(50)  # what the card networks carry


class Scope(StrEnum):
    """The three ways to say how much."""

    ALL = "all"
    BILL = "bill"
    OWN_AMOUNT = "own_amount"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asks to pay: everything due, one bill, or an amount of their own.

    For the first two `amount` is what the page showed, or None before it has shown any.
    """

    scope: Scope
    visit_id: int | None = None
    amount: Money | None = None


class Objection(StrEnum):
    """Why a choice cannot be paid."""

    NOTHING_DUE = "nothing_due"
    NOT_DUE = "not_due"  # this bill is not due, or not this account's
    CHANGED = "changed"  # another amount is due than the page showed
    TOO_MUCH = "too_much"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The amount to pay and the lines it will settle."""

    amount: Money
    allocation: Allocation


def due(lines: Sequence[OpenLine]) -> Money:
    """What may be asked for: held lines wait."""
    return total_of(line.due for line in lines if not line.held)


def agree(choice: Choice, lines: Sequence[OpenLine]) -> Agreed | Objection:
    """The payment that the choice means now, or why it cannot be made."""
    if due(lines) <= ZERO:
        return Objection.NOTHING_DUE
    of_bill = due([line for line in lines if line.visit_id == choice.visit_id])
    if choice.scope is Scope.BILL and of_bill <= ZERO:
        return Objection.NOT_DUE
    most = of_bill if choice.scope is Scope.BILL else due(lines)
    amount = most if choice.amount is None else choice.amount
    if choice.scope is Scope.OWN_AMOUNT and amount > most:
        return Objection.TOO_MUCH
    if choice.scope is not Scope.OWN_AMOUNT and amount != most:
        return Objection.CHANGED
    if amount < SMALLEST:
        return Objection.TOO_LITTLE
    return Agreed(amount, settles(choice.visit_id, amount, lines))


def settles(
    visit_id: int | None,
    amount: Money,
    lines: Sequence[OpenLine],
    *,
    first: Collection[int] = (),
) -> Allocation:
    """The lines that an amount settles: the chosen bill first, then the oldest (STMT-21).

    `first` are charges of a plan that the payment counts toward: they come before the oldest.
    """
    chosen = () if visit_id is None else (visit_id,)
    open_first = {line.charge_id for line in lines if line.charge_id in first and not line.held}
    charges = () if chosen else open_first
    return allocate_payment(amount, lines, chosen_visits=chosen, chosen_charges=charges)
