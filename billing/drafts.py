"""Money drawn while the patient is away: on which day, how much at most, and when not at all (PLAN-5 to 10, 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.due_days import drawn_on, in_month
from billing.money import ZERO, Money
from billing.payment_choice import SMALLEST

NOTICE_BEFORE = timedelta(days=10)  # PLAN-6, before an amount that was not signed in figures
NOTICE_FROM = timedelta(
    days=12
)  # told in the days before that, so that a day's outage costs no month
REMIND_FROM, REMIND_UNTIL = timedelta(days=7), timedelta(days=3)  # PLAN-9
LATE = timedelta(days=5)  # a draft that we could not make in time is not made at all
_DECEMBER = 12


class DraftState(StrEnum):
    """Where one draft stands."""

    SCHEDULED = "scheduled"
    NOTICED = "noticed"
    CHARGING = "charging"  # the provider was asked, or a bank is sending it
    PAID = "paid"
    FAILED = "failed"  # with a day of the next try, or over
    STOPPED = "stopped"  # by the patient, the office or a bank
    SKIPPED = "skipped"  # nothing was due, or a rule forbade it


class DraftEvent(StrEnum):
    """What happens to it."""

    NOTICE = "notice"
    CLAIM = "claim"
    PAY = "pay"
    FAIL = "fail"
    STOP = "stop"
    SKIP = "skip"


_S, _E = DraftState, DraftEvent
_WAITING = {_E.CLAIM: _S.CHARGING, _E.STOP: _S.STOPPED, _E.SKIP: _S.SKIPPED}
# Once it is claimed nothing stops it, and money that arrived beats every other story.
DRAFT: Mapping[DraftState, Mapping[DraftEvent, DraftState]] = {
    _S.SCHEDULED: {_E.NOTICE: _S.NOTICED, **_WAITING},
    _S.NOTICED: {_E.NOTICE: _S.NOTICED, **_WAITING},
    _S.CHARGING: {_E.PAY: _S.PAID, _E.FAIL: _S.FAILED},
    _S.FAILED: {_E.FAIL: _S.FAILED, _E.PAY: _S.PAID, **_WAITING},
    _S.PAID: {_E.PAY: _S.PAID},
    _S.STOPPED: {_E.STOP: _S.STOPPED, _E.PAY: _S.PAID},
    _S.SKIPPED: {_E.SKIP: _S.SKIPPED, _E.PAY: _S.PAID},
}


class Held(StrEnum):
    """Why nothing is drawn."""

    NOTHING_DUE = "nothing_due"
    TOO_SMALL = "too_small"  # below what a card carries
    OVER_CAP = "over_cap"
    NO_NOTICE = "no_notice"  # more than was signed, and not told in time
    CHANGED = "changed"  # a bank debit is only ever presented again for the same amount
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A draft at the moment of drawing. `signed` is the most that was agreed to in figures."""

    amount: Money
    signed: Money
    cap: Money
    balance: Money  # what may be drawn of what is due, now
    due_on: date
    noticed_on: date | None
    tries: int = 0
    same_amount: bool = False  # a bank debit that came back


def to_draw(planned: Planned, *, today: date) -> Money | Held:
    """How much is drawn now: never more than was told, signed, capped or owed."""
    if planned.amount > planned.cap:
        return Held.OVER_CAP
    if planned.amount > planned.signed and not told_in_time(planned.noticed_on, planned.due_on):
        return Held.NO_NOTICE
    if planned.tries == 0 and today > planned.due_on + LATE:
        return Held.LATE
    if planned.balance <= ZERO:
        return Held.NOTHING_DUE
    amount = min(planned.amount, planned.balance)
    if planned.same_amount and amount != planned.amount:
        return Held.CHANGED
    return Held.TOO_SMALL if amount < SMALLEST else amount


def told_in_time(noticed_on: date | None, due_on: date) -> bool:
    """Whether the amount was told ten days before (PLAN-6)."""
    return noticed_on is not None and noticed_on <= due_on - NOTICE_BEFORE


def may_notice(due_on: date, *, today: date) -> bool:
    """Whether today is a day to tell an amount for that day."""
    return due_on - NOTICE_FROM <= today <= due_on - NOTICE_BEFORE


def may_remind(due_on: date, *, today: date) -> bool:
    """Whether today is a day to remind (PLAN-9)."""
    return due_on - REMIND_FROM <= today <= due_on - REMIND_UNTIL


def coming_days(
    day: int, *, today: date, closed: Collection[date] = ()
) -> tuple[tuple[date, date], ...]:
    """For this month and the next two: the first of the month, and the business day of its draft (PLAN-13)."""
    first, found = today.replace(day=1), []
    for _ in range(3):
        found.append((first, drawn_on(in_month(first.year, first.month, day), closed)))
        first = month_after(first)
    return tuple(found)


def month_after(first: date) -> date:
    """The first of the next month."""
    if first.month == _DECEMBER:
        return date(first.year + 1, 1, 1)
    return date(first.year, first.month + 1, 1)


def next_told_draft(day: int, *, today: date, closed: Collection[date] = ()) -> date:
    """The first day on which a draft can still be told in time."""
    days = (on for _, on in coming_days(day, today=today, closed=closed))
    return next(on for on in days if on - NOTICE_BEFORE >= today)
