"""What an agency's file tells us back, one row a fact, each with the agency's own reference (COLL-18, COLL-24).

A row is judged alone; the same reference again is the same fact, whatever file brings it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.holds import Condition
from billing.money import ZERO, Money


class Return(StrEnum):
    """What a row is about."""

    PAYMENT = "payment"
    PAYMENT_BACK = "payment_back"  # a payment of an earlier row was returned by its bank
    DISPUTE = "dispute"
    ADDRESS = "address"
    CLOSURE = "closure"
    NOTICE = "notice"  # of a fact that stops everything: bankruptcy, a death, an attorney


class Closure(StrEnum):
    """Why an agency gives a bill back."""

    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    RECALLED = "recalled"  # its answer to our recall
    BANKRUPT = "bankrupt"
    DECEASED = "deceased"
    ERROR = "error"


NOTICES: Mapping[str, Condition] = {
    "bankruptcy": Condition.BANKRUPTCY,
    "deceased": Condition.DECEASED,
    "attorney": Condition.ATTORNEY,
    "active_duty": Condition.SCRA,
    "stop_contact": Condition.DO_NOT_CONTACT,
}
# A closure that is itself such a notice.
CLOSING_NOTICES: Mapping[Closure, Condition] = {
    Closure.BANKRUPT: Condition.BANKRUPTCY,
    Closure.DECEASED: Condition.DECEASED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow:
    """One fact. `of` is the reference of the payment that came back; `detail` a closure, a notice or words."""

    ref: str
    kind: Return
    placement: str
    happened_on: date
    amount: Money = ZERO
    fee: Money = ZERO
    detail: str = ""
    of: str = ""
    address: tuple[str, ...] = ()  # line, second line, city, state, ZIP code
    phone: str = ""
    email: str = ""


def problems_of(row: ReturnRow, *, today: date) -> tuple[str, ...]:
    """What is wrong with a row, each in words that say what to write instead; none when it can be taken."""
    problems = []
    if row.happened_on > today:
        problems.append("happened_on is in the future")
    if row.kind in {Return.PAYMENT, Return.PAYMENT_BACK}:
        if row.amount <= ZERO:
            problems.append("amount must be above 0.00")
        if not ZERO <= row.fee < max(row.amount, Money(1)):
            problems.append("fee must be 0.00 or more and below the amount")
    elif row.amount or row.fee:
        problems.append(f"a row of kind {row.kind.value} carries no amount and no fee")
    if row.kind is Return.PAYMENT_BACK and not row.of:
        problems.append("of must name the ref of the payment that came back")
    if row.kind is Return.CLOSURE and row.detail not in {one.value for one in Closure}:
        problems.append(f"detail must be one of {', '.join(Closure)}")
    if row.kind is Return.NOTICE and row.detail not in NOTICES:
        problems.append(f"detail must be one of {', '.join(NOTICES)}")
    if row.kind is Return.ADDRESS and not (row.address or row.phone or row.email):
        problems.append("an address row needs an address, a phone or an e-mail")
    return tuple(problems)


def sets_condition(row: ReturnRow) -> Condition | None:
    """The hold that a row brings at once, or None."""
    if row.kind is Return.NOTICE:
        return NOTICES.get(row.detail)
    if row.kind is Return.CLOSURE:
        return CLOSING_NOTICES.get(Closure(row.detail))
    return Condition.DISPUTED if row.kind is Return.DISPUTE else None
