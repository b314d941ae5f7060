"""Which open lines a payment settles, and in which order (STMT-21)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from billing.money import ZERO, Money, total_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """What a patient still owes on one charge; a held line is paid only when chosen."""

    charge_id: int
    visit_id: int
    service_on: date
    due: Money
    held: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a payment that goes to one line."""

    line: OpenLine
    amount: Money


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment, split; what no line takes is the patient's credit."""

    shares: tuple[Share, ...]
    leftover: Money


def allocate_payment(
    amount: Money,
    lines: Sequence[OpenLine],
    *,
    chosen_visits: Collection[int] = (),
    chosen_charges: Collection[int] = (),
    only_chosen: bool = False,
) -> Allocation:
    """Chosen lines first, then the oldest service; the shares and the leftover sum to the payment."""
    if amount <= ZERO:
        raise ValueError("a payment is above zero")
    shares: list[Share] = []
    rest = amount
    for line in _in_order(lines, chosen_visits, chosen_charges, only_chosen=only_chosen):
        part = min(rest, line.due)
        if part > ZERO:
            shares.append(Share(line, part))
            rest -= part
    if total_of(share.amount for share in shares) + rest != amount:
        raise AssertionError(f"allocation of {amount} lost money")
    return Allocation(tuple(shares), rest)


def _in_order(
    lines: Sequence[OpenLine],
    visits: Collection[int],
    charges: Collection[int],
    *,
    only_chosen: bool,
) -> list[OpenLine]:
    def chosen(line: OpenLine) -> bool:
        return line.charge_id in charges or line.visit_id in visits

    payable = [line for line in lines if chosen(line) or not (line.held or only_chosen)]
    return sorted(payable, key=lambda line: (not chosen(line), line.service_on, line.charge_id))
