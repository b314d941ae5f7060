"""Refunds: why money may go back, how much, and what it takes back in the books (OPS-13, OPS-23)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from billing.money import ZERO, Money, total_of
from billing.transitions import RefundState

# What still counts against the payment: asked for, on its way, or gone.
LIVE_REFUNDS = (
    RefundState.REQUESTED,
    RefundState.APPROVED,
    RefundState.SUBMITTING,
    RefundState.PENDING,
    RefundState.SUCCEEDED,
)


class RefundReason(StrEnum):
    """The closed list. `outside` is not for choosing: somebody refunded in the provider's own pages."""

    PAID_TWICE = "paid_twice"
    PAID_TOO_MUCH = "paid_too_much"
    PLAN_PAID = "plan_paid"
    NEVER_OWED = "never_owed"
    OUR_ERROR = "our_error"
    VISIT_CANCELED = "visit_canceled"
    PATIENT_ASKED = "patient_asked"
    ASSISTANCE = "assistance"
    OUTSIDE = "outside"


REASON_WORDS = {
    RefundReason.PAID_TWICE: "Paid twice",
    RefundReason.PAID_TOO_MUCH: "Paid more than was owed",
    RefundReason.PLAN_PAID: "The plan paid this part later",
    RefundReason.NEVER_OWED: "Medicaid or QMB covers it (STMT-23)",
    RefundReason.OUR_ERROR: "Our billing mistake",
    RefundReason.VISIT_CANCELED: "The visit did not take place",
    RefundReason.PATIENT_ASKED: "The patient pays another way",
    RefundReason.ASSISTANCE: "Assistance left less to pay (COLL-9)",
    RefundReason.OUTSIDE: "Made in the card company’s own pages",
}
CHOOSABLE = tuple(reason for reason in RefundReason if reason is not RefundReason.OUTSIDE)


class Where(StrEnum):
    """Where a part of a payment lies in the books."""

    PREPAYMENT = "prepayment"  # kept apart for a booked visit
    CREDIT = "credit"  # settles nothing yet
    PAID = "paid"  # on a line that the payment settled: due again when it goes back
    CREDIT_USED = "credit_used"  # was credit, and settled a line since: due again too


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """So much lies there; `waits` while a plan decides the visit, when its credit is nobody's yet."""

    where: Where
    account_id: int
    visit_id: int | None
    charge_id: int | None
    amount: Money
    waits: bool = False
    reference: str | None = None  # of a prepayment

    @property
    def due_again(self) -> bool:
        return self.where in (Where.PAID, Where.CREDIT_USED)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The parts that make up a refund, in the order taken; `short` is what the books do not have."""

    parts: tuple[Source, ...]
    short: Money

    @property
    def due_again(self) -> Money:
        return total_of(part.amount for part in self.parts if part.due_again)


class RefundRefused(ValueError):
    """The refund may not be asked for; the message says why and what to do."""


def take_back(
    amount: Money, sources: Iterable[Source], *, charge_id: int | None = None
) -> TakenBack:
    """Take the amount from the sources in their order, what was paid on the named charge first.

    The parts and `short` sum to the amount, to the cent.
    """
    if amount <= ZERO:
        raise ValueError("a refund is above zero")
    ordered = sorted(sources, key=lambda source: not is_named(source, charge_id))
    parts: list[Source] = []
    rest = amount
    for source in ordered:
        part = min(rest, source.amount)
        if part > ZERO:
            parts.append(replace(source, amount=part))
            rest -= part
    if total_of(part.amount for part in parts) + rest != amount:
        raise AssertionError(f"taking back {amount} lost money")
    return TakenBack(tuple(parts), rest)


def is_named(source: Source, charge_id: int | None) -> bool:
    """Whether this is what the payment paid on the charge that was named."""
    return source.where is Where.PAID and source.charge_id == charge_id


def agree_refund(
    amount: Money, *, refundable: Money, sources: Sequence[Source], charge_id: int | None = None
) -> TakenBack:
    """What a refund of the amount would take back now, or RefundRefused with the reason.

    `refundable` is what was captured less every live refund.
    """
    free = [source for source in sources if not source.waits]
    if amount <= ZERO:
        raise RefundRefused("The amount must be above $0.00.")
    if refundable <= ZERO:
        raise RefundRefused("All of this payment was refunded, or is about to be.")
    if amount > refundable:
        raise RefundRefused(f"Only {refundable} of this payment is left to refund.")
    if charge_id is not None:
        named = total_of(source.amount for source in free if is_named(source, charge_id))
        if amount > named:
            raise RefundRefused(
                f"This payment pays {named} of that line, so {amount} cannot be taken from it."
            )
    taken = take_back(amount, free, charge_id=charge_id)
    if taken.short > ZERO:
        waiting = total_of(source.amount for source in sources if source.waits)
        raise RefundRefused(
            f"A plan is still deciding a visit that holds {waiting} of this money. Wait for it."
            if waiting >= taken.short
            else f"The books show only {amount - taken.short} of this payment. Ask a manager to look."
        )
    return taken
