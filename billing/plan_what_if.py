"""What would become of a plan: the schedule before and after, by the code that runs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.money import Money, total_of
from billing.plan_changes import owed_anew, take_in
from billing.plan_events import (
    BillAdded,
    Paid,
    PlanEvent,
    Refunded,
    ShareDown,
    Signed,
)
from billing.plan_standing import PlanStanding, Status, fold
from billing.plans import Instalment, Policy, Terms, schedule

_USUAL = Policy()
_SIGNED_FIRST = -1


class What(StrEnum):
    """The stories that a patient can look at before signing; each is a key for the page's words."""

    BILL_ADDED_SAME_END = "bill_added_same_end"
    BILL_ADDED_SAME_AMOUNT = "bill_added_same_amount"
    BILL_FALLS = "bill_falls"
    REFUNDED = "refunded"
    PAID_EARLY = "paid_early"
    PAID_SHORT = "paid_short"
    PAID_LATE = "paid_late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a schedule as the page shows it."""

    number: int
    due_on: date
    amount: Money  # what is asked on that day: what was signed less what is not owed any more
    paid: Money
    left: Money
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One story. `what` keys the words; the figures are the plan's own, to the cent."""

    what: What
    on: date  # the day on which it is looked at
    amount: Money  # what it is about: the bill, the fall, the payment
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    needs_signature: bool  # nothing of `after` happens without one
    past_due: Money
    credit: Money

    @property
    def ends_before(self) -> date | None:
        return _end(self.before)

    @property
    def ends_after(self) -> date | None:
        return _end(self.after)

    @property
    def left_before(self) -> Money:
        return total_of(line.left for line in self.before)

    @property
    def left_after(self) -> Money:
        return total_of(line.left for line in self.after)


def _end(lines: Sequence[Line]) -> date | None:
    return max((line.due_on for line in lines if line.amount), default=None)


def what_if(
    terms: Terms,
    so_far: Iterable[PlanEvent],
    then: Iterable[PlanEvent],
    on: date,
    *,
    policy: Policy = _USUAL,
) -> tuple[PlanStanding, PlanStanding]:
    """The plan on that day without and with what is supposed to happen."""
    past = list(so_far)
    return (
        fold(terms, past, on, policy=policy),
        fold(terms, [*past, *then], on, policy=policy),
    )


def what_ifs(
    terms: Terms, today: date, *, bill: Money | None = None, policy: Policy = _USUAL
) -> tuple[WhatIf, ...]:
    """Every story for terms that would be signed today, told at the second instalment.

    `bill` is the amount by which a bill is added or falls; without one it is an instalment's.
    """
    ones = schedule(terms).instalments
    first, second = ones[0], ones[min(1, len(ones) - 1)]
    signed: list[PlanEvent] = [Signed(on=today, seq=_SIGNED_FIRST)]
    if terms.down:
        signed.append(Paid(on=today, payment="down", amount=terms.down))
    begun = [*signed, _paying("first", first, first.due_on)]
    change = min(bill or second.amount, terms.total)
    if len(ones) == 1:
        begun = signed
    day = max(today, first.due_on)
    late_on = second.due_on + timedelta(days=5)
    missed_on = second.due_on + timedelta(days=policy.grace_days + 4)
    half = Money(second.amount.cents // 2)
    fall = ShareDown(on=day, amount=change)
    refund = Refunded(on=day + timedelta(days=1), payment="first", amount=first.amount)
    early = _paying("second", second, day)
    short = Paid(on=second.due_on, payment="second", amount=half)
    stories: list[tuple[What, date, Money, list[PlanEvent]]] = [
        (What.BILL_FALLS, day, change, [fall]),
        (What.PAID_EARLY, day, second.amount, [early]),
        (What.PAID_SHORT, second.due_on, half, [short] if half else []),
        (What.PAID_LATE, late_on, second.amount, [_paying("second", second, late_on)]),
        (What.MISSED, missed_on, second.amount, []),
    ]
    if begun is not signed:
        stories.insert(1, (What.REFUNDED, refund.on, first.amount, [refund]))
    found = [
        _story(what, terms, begun, then, on=on, amount=amount, policy=policy)
        for what, on, amount, then in stories
    ]
    return (*_bill_added(terms, begun, on=day, amount=change, policy=policy), *found)


def _paying(payment: str, one: Instalment, on: date) -> Paid:
    return Paid(on=on, payment=payment, amount=one.amount)


def _story(
    what: What,
    terms: Terms,
    begun: list[PlanEvent],
    then: list[PlanEvent],
    *,
    on: date,
    amount: Money,
    policy: Policy,
) -> WhatIf:
    # Beside it stands the plan as it was meant to be: on the day on which the story begins.
    before = fold(terms, begun, begun[-1].on, policy=policy)
    after = fold(terms, [*begun, *then], on, policy=policy)
    return _told(what, before, after, amount=amount, needs_signature=False)


def _bill_added(
    terms: Terms, begun: list[PlanEvent], *, on: date, amount: Money, policy: Policy
) -> list[WhatIf]:
    """Both ways to take a new bill in: the same end with more a month, or the same a month for longer."""
    added = [*begun, BillAdded(on=on, amount=amount, bill="new")]
    before = fold(terms, begun, on, policy=policy)
    with_bill = fold(terms, added, on, policy=policy)
    anew = take_in(with_bill, owed_anew(with_bill))
    ways = {
        What.BILL_ADDED_SAME_END: anew.same_end,
        What.BILL_ADDED_SAME_AMOUNT: anew.same_amount,
    }
    return [
        _told(
            what,
            before,
            fold(terms, [*added, Signed(on=on, seq=1, terms=new)], on, policy=policy),
            amount=amount,
            needs_signature=True,
        )
        for what, new in ways.items()
    ]


def _told(
    what: What, before: PlanStanding, after: PlanStanding, *, amount: Money, needs_signature: bool
) -> WhatIf:
    return WhatIf(
        what=what,
        on=after.on,
        amount=amount,
        before=_lines(before),
        after=_lines(after),
        needs_signature=needs_signature,
        past_due=after.past_due,
        credit=after.credit,
    )


def _lines(standing: PlanStanding) -> tuple[Line, ...]:
    return tuple(
        Line(row.number, row.due_on, row.amount - row.written_down, row.paid, row.left, row.status)
        for row in standing.instalments
    )
