"""By when a batch that somebody began is closed: the same day by 17:00, or the next business day by 10:00 (OPS-12)."""

from __future__ import annotations

from datetime import date, datetime, time

from billing.business_days import business_days_after, is_business_day


def batch_deadline(begun: datetime, *, closes: time, next_morning: time) -> datetime:
    """The moment, on the practice's own clock: `begun` carries its zone, and so does the answer.

    What begins after the hour, or on a day that is no business day, has until the next business day's morning.
    """
    day: date = begun.date()
    if is_business_day(day) and begun.time() < closes:
        return datetime.combine(day, closes, begun.tzinfo)
    following = business_days_after(day, 1)
    return datetime.combine(following, next_morning, begun.tzinfo)
