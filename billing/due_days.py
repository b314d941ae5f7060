"""On which day an instalment is due, and on which its money may be drawn (PLAN-13)."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from datetime import date, timedelta

# Nobody owes two instalments within two weeks because the first was paid on an odd day.
LEAST_APART = timedelta(days=14)
_SATURDAY = 5
_MONTHS = 12


def in_month(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day when the month is shorter."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def months_later(start: date, months: int, day: int) -> date:
    """The given day of the month so many months after the month of `start`."""
    whole = start.year * _MONTHS + start.month - 1 + months
    return in_month(whole // _MONTHS, whole % _MONTHS + 1, day)


def due_days(first_on: date, day: int) -> Iterator[date]:
    """The first day as chosen, then the due day of each month, at least two weeks after the first."""
    yield first_on
    month = 0
    while months_later(first_on, month, day) < first_on + LEAST_APART:
        month += 1
    while True:
        yield months_later(first_on, month, day)
        month += 1


def drawn_on(due_on: date, closed: Collection[date] = ()) -> date:
    """The day itself, or the next one on which banks are open: not a weekend, not in `closed`."""
    day = due_on
    while day.weekday() >= _SATURDAY or day in closed:
        day += timedelta(days=1)
    return day


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday of the month; -1 is the last."""
    days = [
        date(year, month, day)
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if date(year, month, day).weekday() == weekday
    ]
    return days[n - 1 if n > 0 else n]


def bank_holidays(year: int) -> frozenset[date]:
    """The days of the year on which the Federal Reserve moves no money.

    A holiday on a Sunday is kept on Monday; one on a Saturday closes no bank on Friday.
    """
    monday, thursday, sunday = 0, 3, 6
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4)]
    fixed += [date(year, 11, 11), date(year, 12, 25)]
    kept = [day + timedelta(days=1) if day.weekday() == sunday else day for day in fixed]
    return frozenset(
        [
            *kept,
            _nth(year, 1, monday, 3),
            _nth(year, 2, monday, 3),
            _nth(year, 5, monday, -1),
            _nth(year, 9, monday, 1),
            _nth(year, 10, monday, 2),
            _nth(year, 11, thursday, 4),
        ]
    )
