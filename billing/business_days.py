"""Business days: Monday to Friday, and no federal holiday; what every clock of the rules counts in."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


@cache
def _federal(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", years=year, categories="public"))


def is_business_day(day: date) -> bool:
    """Whether offices, banks and the post work."""
    return day.weekday() < SATURDAY and day not in _federal(day.year)


def business_days_after(day: date, count: int) -> date:
    """The business day that lies so many after a day; with 0 the day itself or the next one that is one."""
    found = day
    while not is_business_day(found):
        found += timedelta(days=1)
        count = max(count - 1, 0)
    for _ in range(count):
        found += timedelta(days=1)
        while not is_business_day(found):
            found += timedelta(days=1)
    return found
