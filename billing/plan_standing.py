"""Where a plan stands on a day: its terms and everything that happened, folded to the cent.

Each rule of a plan's life has an id, LIFE-1 to LIFE-24, and a worked table in docs/plans.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from billing.due_days import drawn_on
from billing.money import Money, total_of
from billing.plan_book import BEFORE, CREDIT, PlanBook, Row
from billing.plan_events import PlanEvent, in_order
from billing.plan_rules import Life, apply
from billing.plans import Policy, Terms
from billing.transitions import PlanState

_USUAL = Policy()


class Status(StrEnum):
    """Where one instalment stands."""

    DUE = "due"  # today or later
    IN_GRACE = "in_grace"
    MISSED = "missed"
    PAID = "paid"
    WRITTEN_DOWN = "written_down"  # not owed any more
    DISPUTED = "disputed"  # what is left waits for a decision


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentStanding:
    """One instalment today: `amount` is what was signed, `left` what may be drawn for it."""

    number: int
    due_on: date
    draw_on: date  # the next day from the due day on which banks are open
    amount: Money
    paid: Money
    written_down: Money
    under_dispute: Money
    left: Money
    status: Status
    moved_from: date | None  # its day before a skip or a pause
    split_from: int | None  # the instalment that this part belonged to
    changed_on: date | None  # the day on which its amount last changed: notice counts from it
    late_from: date  # grace counts from this day


@dataclass(frozen=True, slots=True)
class Consent:
    """What lies outside the signed amounts, by bill, until the patient says yes or no (PLAN-15)."""

    amount: Money
    bills: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """The plan on one day. Always `paid + remaining + written_down == total`."""

    on: date
    state: PlanState
    total: Money  # of the agreement in force
    paid: Money  # toward it
    remaining: Money  # what is left of it, disputed parts included
    written_down: Money
    under_dispute: Money
    paid_before: Money  # toward agreements that this one replaced
    credit: Money  # paid, and not owed any more: the patient's choice to keep or to have back
    outside: Money  # owed beyond the signed amounts, whether or not consent was asked
    needs_consent: Consent | None
    instalments: tuple[InstalmentStanding, ...]
    next_due: date | None
    next_amount: Money
    past_due: Money
    past_due_since: date | None
    missed: int
    default_due: bool  # the clock allows a default (PLAN-14); the letters must have gone too
    paused_until: date | None
    completed_on: date | None
    ended_on: date | None

    @property
    def payoff(self) -> Money:
        """What ends the plan today: everything left but what is disputed; no fee, no penalty (PLAN-16)."""
        return self.remaining - self.under_dispute

    @property
    def in_good_standing(self) -> bool:
        """Whether it holds reminders and placement: until it ends, also while something is past due."""
        return self.state in {PlanState.ACTIVE, PlanState.PAUSED, PlanState.IN_GRACE}


@dataclass(slots=True)
class _Clock:
    """How a row is read on one day."""

    on: date
    policy: Policy
    closed: Collection[date] = field(default=())

    def late_from(self, row: Row) -> date:
        drawn = drawn_on(row.due_on, self.closed)
        return max(drawn, row.counts_from) if row.counts_from else drawn

    def status(self, row: Row) -> Status:
        if not row.left:
            if row.under_dispute:
                return Status.DISPUTED
            return Status.PAID if row.paid else Status.WRITTEN_DOWN
        late = self.on - self.late_from(row)
        if late <= timedelta(0):
            return Status.DUE
        return Status.IN_GRACE if late.days <= self.policy.grace_days else Status.MISSED


def fold(
    terms: Terms,
    events: Iterable[PlanEvent],
    on: date,
    *,
    policy: Policy = _USUAL,
    closed: Collection[date] = (),
) -> PlanStanding:
    """Where the plan stands at the end of that day; later events are not seen.

    The same facts give the same cents in whatever order they come. `closed` are the days other
    than weekends on which banks move no money.
    """
    life = Life(PlanBook(), terms)
    seen = in_order(event for event in events if event.on <= on)
    for day, facts in groupby(seen, key=lambda event: event.on):
        for event in facts:
            apply(life, event)
            _holds(life.book)
        life.close_day(day)
    return _standing(life, _Clock(on, policy, closed))


def _holds(book: PlanBook) -> None:
    """Nothing is below zero, and what the rows say was paid is what the pieces say."""
    for row in book.rows:
        if min(row.amount, row.paid, row.written, row.left) < 0 or row.paid != book.at(row.number):
            raise AssertionError(f"instalment {row.number} lost money: {row}")


def _standing(life: Life, clock: _Clock) -> PlanStanding:
    book, on = life.book, clock.on
    rows = tuple(_instalment(row, clock) for row in _shown(book))
    total = Money(sum(row.amount for row in book.rows))
    paid, written = total_of(r.paid for r in rows), total_of(r.written_down for r in rows)
    remaining = total_of(row.left + row.under_dispute for row in rows)
    if paid + remaining + written != total:
        raise AssertionError(f"a plan of {total} sums to {paid + remaining + written}")
    live = life.ended is None and life.signed
    late = [row for row in rows if row.status in {Status.IN_GRACE, Status.MISSED} and live]
    since = min((row.late_from for row in late), default=None)
    missed = sum(row.status is Status.MISSED for row in late)
    ahead = [row for row in rows if row.left and row.status is Status.DUE and live]
    next_due = min((row.due_on for row in ahead), default=None)
    days_late = (on - since).days if since else 0
    policy = clock.policy
    return PlanStanding(
        on=on,
        state=_state(life, on, behind=bool(late)),
        total=total,
        paid=paid,
        remaining=remaining,
        written_down=written,
        under_dispute=total_of(row.under_dispute for row in rows),
        paid_before=Money(book.at(BEFORE)),
        credit=Money(book.at(CREDIT)),
        outside=Money(sum(book.outside.values())),
        needs_consent=_consent(life),
        instalments=rows,
        next_due=next_due,
        next_amount=total_of(row.left for row in ahead if row.due_on == next_due),
        past_due=total_of(row.left for row in late),
        past_due_since=since,
        missed=missed,
        default_due=days_late >= policy.default_after_days and missed >= policy.missed_for_default,
        paused_until=life.paused_until if life.paused_on(on) and live else None,
        completed_on=life.completed_on,
        ended_on=life.ended_on,
    )


def _shown(book: PlanBook) -> list[Row]:
    """Rows in the order of their days; one that was wholly split off is gone."""
    return sorted((row for row in book.rows if row.amount), key=lambda r: (r.due_on, r.number))


def _instalment(row: Row, clock: _Clock) -> InstalmentStanding:
    return InstalmentStanding(
        number=row.number,
        due_on=row.due_on,
        draw_on=drawn_on(row.due_on, clock.closed),
        amount=Money(row.amount),
        paid=Money(row.paid),
        written_down=Money(row.written),
        under_dispute=Money(row.under_dispute),
        left=Money(row.left),
        status=clock.status(row),
        moved_from=row.moved_from,
        split_from=row.split_from,
        changed_on=row.changed_on,
        late_from=clock.late_from(row),
    )


def _consent(life: Life) -> Consent | None:
    bills = {
        bill: cents - life.declined.get(bill, 0)
        for bill, cents in sorted(life.book.outside.items())
        if cents > life.declined.get(bill, 0)
    }
    over = life.ended is not None or life.completed_on is not None or not life.signed
    if not bills or over:
        return None
    return Consent(
        total_of(map(Money, bills.values())),
        tuple((bill, Money(cents)) for bill, cents in bills.items()),
    )


def _state(life: Life, on: date, *, behind: bool) -> PlanState:
    if not life.signed:
        return PlanState.PROPOSED
    if life.ended is not None:
        return life.ended
    if life.completed_on is not None:
        return PlanState.COMPLETED
    if life.paused_on(on):
        return PlanState.PAUSED
    return PlanState.IN_GRACE if behind else PlanState.ACTIVE
