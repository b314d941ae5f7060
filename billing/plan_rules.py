"""What each fact does to a plan: one rule a function (LIFE-1 to LIFE-24, docs/plans.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.plan_book import NOTICE, PlanBook, Row
from billing.plan_events import (
    Awarded,
    BillAdded,
    Canceled,
    ChangeDeclined,
    DateChanged,
    Defaulted,
    Died,
    Disputed,
    DisputeEnded,
    GuarantorChanged,
    MethodChanged,
    Paid,
    Paused,
    PaymentReturned,
    PlanEvent,
    Refunded,
    Resumed,
    ShareDown,
    ShareUp,
    Signed,
    Skipped,
)
from billing.plans import Terms, schedule
from billing.transitions import PlanState


@dataclass(slots=True)
class Life:
    """A plan while its facts are folded."""

    book: PlanBook
    terms: Terms
    signed: bool = False
    ended: PlanState | None = None
    ended_on: date | None = None
    completed_on: date | None = None
    paused_from: date | None = None
    paused_until: date | None = None
    bases: dict[int, date] = field(default_factory=dict)  # due days before the pause
    declined: dict[str, int] = field(default_factory=dict)  # outside, and not wanted in the plan

    def paused_on(self, on: date) -> bool:
        return self.paused_until is not None and on < self.paused_until

    def close_day(self, on: date) -> None:
        """A plan is completed at the end of a day that leaves nothing, and opens with what comes back."""
        if not self.signed:
            return
        if self.book.left or self.book.under_dispute:
            self.completed_on = None
        elif self.completed_on is None:
            self.completed_on = on

    def end(self, state: PlanState, on: date) -> None:
        if self.signed and self.ended is None and self.completed_on is None:
            self.ended, self.ended_on = state, on


def apply(life: Life, event: PlanEvent) -> None:
    """Let one fact happen to the plan."""
    _RULES[type(event)](life, event)


def _signed(life: Life, event: Signed) -> None:
    """LIFE-1: a first signature opens the schedule; a changed one takes in what is left and outside."""
    if event.terms is None:
        if not life.signed:
            life.signed = True
            life.book.open_with(schedule(life.terms), on=event.on, day=life.terms.day)
        return
    book = life.book
    owed = book.left + book.take_in_outside()
    life.terms, life.signed = event.terms, True
    life.ended = life.ended_on = life.completed_on = life.paused_until = None
    life.declined = {}
    book.open_with(schedule(event.terms), on=event.on, day=event.terms.day)
    gap = owed - event.terms.total.cents
    # What was signed was counted before a fact of an earlier day was known.
    if gap > 0:
        book.raise_outside("", gap)
    else:
        book.lower(-gap, "", on=event.on)


def _paid(life: Life, event: Paid) -> None:
    """Chosen instalments, then the earliest due, what is disputed, what lies outside, then credit.

    So prepayment (LIFE-7), payoff (LIFE-8), a part (LIFE-9), two on a day (LIFE-10), early and late
    (LIFE-11), in grace (LIFE-12) and over several patients (LIFE-23) are one rule.
    """
    book = life.book
    chosen = [row for row in book.rows if row.number in event.numbers]
    rest = book.settle(event.payment, event.amount.cents, [*chosen, *book.open_rows()])
    rest = book.settle_held(event.payment, rest)
    rest = book.settle_outside(event.payment, rest)
    book.keep_credit(event.payment, rest)


def _returned(life: Life, event: PaymentReturned) -> None:
    """LIFE-18: due again at once, with a new grace from the day the bank took it back."""
    taken = life.book.take_back(event.payment, event.amount.cents)
    for row in life.book.rows:
        if row.number in taken:
            row.counts_from = max(event.on, row.counts_from or event.on)


def _refunded(life: Life, event: Refunded) -> None:
    """LIFE-17: credit goes first; an instalment that opens again is due a month after the last."""
    book = life.book
    taken = book.take_back(event.payment, event.amount.cents, number=event.number)
    for row in list(book.rows):
        part = taken.get(row.number, 0)
        if part and row.due_on < event.on + NOTICE:
            book.to_the_end(row, part, on=event.on)


def _bill_added(life: Life, event: BillAdded) -> None:
    """LIFE-2: a new bill stays outside until the patient signs it in."""
    life.book.add_bill(event.bill, event.amount.cents)


def _share_up(life: Life, event: ShareUp) -> None:
    """LIFE-3: up fills what had fallen, and never above a signed amount; the rest stays outside."""
    rest = event.amount.cents
    if life.ended is None and life.completed_on is None:
        rest = life.book.fill(rest, on=event.on)
    life.book.raise_outside(event.bill, rest)


def _share_down(life: Life, event: ShareDown | Awarded) -> None:
    """LIFE-4 and LIFE-5: down shortens the plan from its end; what was paid too much is credit."""
    life.book.lower(event.amount.cents, event.bill, on=event.on)


def _disputed(life: Life, event: Disputed) -> None:
    """LIFE-6: nothing is drawn or late for a part that is disputed."""
    life.book.hold(event.dispute, event.amount.cents, event.bill)


def _dispute_ended(life: Life, event: DisputeEnded) -> None:
    life.book.release(event.dispute, on=event.on)


def _declined(life: Life, _event: ChangeDeclined) -> None:
    """LIFE-2: no is an answer; the plan goes on as signed and the rest is billed by itself."""
    life.declined = dict(life.book.outside)


def _skipped(life: Life, event: Skipped) -> None:
    """LIFE-13: one instalment moves to a month after the last."""
    for row in life.book.rows:
        if row.number == event.number and row.left:
            row.moved_from, row.due_on = row.due_on, life.book.end(row.day, on=event.on)
            row.counts_from = None


def _paused(life: Life, event: Paused) -> None:
    """LIFE-14: every instalment to come moves by whole months; what is late stops being later."""
    if event.until <= event.on:
        return
    rows = life.book.open_rows()
    life.paused_from, life.paused_until = event.on, event.until
    life.bases = {row.number: row.due_on for row in rows if row.due_on >= event.on}
    _shift(life, rows, event.until)


def _resumed(life: Life, event: Resumed) -> None:
    """LIFE-14: the months that the pause did not need are given back."""
    if life.paused_on(event.on):
        life.paused_until = event.on
        _shift(life, life.book.open_rows(), event.on)


def _shift(life: Life, rows: list[Row], until: date) -> None:
    life.book.move_months(rows, life.bases, until)
    for row in rows:
        base = life.bases.get(row.number)
        if base is None:
            row.counts_from = until if row.due_on < until else row.counts_from
        else:
            row.moved_from = base if row.due_on != base else None


def _date_changed(life: Life, event: DateChanged) -> None:
    """LIFE-15: another day for all to come."""
    life.book.set_day(event.day, on=event.on)


def _nothing(life: Life, event: MethodChanged) -> None:
    """LIFE-16: how it is paid changes no amount and no day."""


def _ends(state: PlanState) -> Callable[[Life, PlanEvent], None]:
    """LIFE-19: nothing is due any more; only a signature begins again (LIFE-20)."""

    def rule(life: Life, event: PlanEvent) -> None:
        life.end(state, event.on)

    return rule


def _guarantor_changed(life: Life, event: GuarantorChanged) -> None:
    """LIFE-21: the bills went with the guarantor, so nothing is left: that is an end, not a payoff."""
    life.completed_on = None
    life.end(PlanState.CANCELED, event.on)


def _died(life: Life, event: Died) -> None:
    """LIFE-22: nothing is drawn from who has died; the plan of somebody who signed and lives stands."""
    if event.signer:
        life.end(PlanState.CANCELED, event.on)


_RULES: dict[type[PlanEvent], Callable[[Life, Any], None]] = {
    Signed: _signed,
    Paid: _paid,
    PaymentReturned: _returned,
    Refunded: _refunded,
    BillAdded: _bill_added,
    ShareUp: _share_up,
    ShareDown: _share_down,
    Awarded: _share_down,
    Disputed: _disputed,
    DisputeEnded: _dispute_ended,
    ChangeDeclined: _declined,
    Skipped: _skipped,
    Paused: _paused,
    Resumed: _resumed,
    DateChanged: _date_changed,
    MethodChanged: _nothing,
    GuarantorChanged: _guarantor_changed,
    Died: _died,
    Defaulted: _ends(PlanState.DEFAULTED),
    Canceled: _ends(PlanState.CANCELED),
}
