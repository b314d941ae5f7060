"""A month as rows of weeks for choosing a day, and the parts of a day that people ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

# Name of a part to the first start in it and the last one that still is.
PARTS_OF_DAY: Mapping[str, tuple[time | None, time | None]] = {
    "morning": (None, time(11, 59)),
    "afternoon": (time(12), time(16, 59)),
    "evening": (time(17), None),
}


@dataclass(frozen=True, slots=True)
class GridDay:
    """One cell. `times` is how many free times the day has; none of another month or beyond the search."""

    on: date
    times: int
    in_month: bool


def first_of_month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (first_of_month(day) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before."""
    return first_of_month(first_of_month(day) - timedelta(days=1))


def month_grid(month: date, times: Mapping[date, int]) -> tuple[tuple[GridDay, ...], ...]:
    """The weeks of a month, from Sunday to Saturday as US calendars have them."""
    first = first_of_month(month)
    day = first - timedelta(days=(first.weekday() + 1) % 7)
    weeks = []
    while day < month_after(first):
        week = [day + timedelta(days=n) for n in range(7)]
        weeks.append(tuple(GridDay(on, times.get(on, 0), on.month == first.month) for on in week))
        day += timedelta(days=7)
    return tuple(weeks)
