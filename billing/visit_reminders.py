"""When somebody is reminded of a visit: some days before, and never in vain (SCH-9).

A day of the cadence that was missed by the daily run is made good on the next day, unless that is one of the
cadence itself. Days are those of the place's calendar, so that a change of clocks moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

SET_LATELY = timedelta(hours=24)  # whoever has just chosen a time knows it
TOO_NEAR = timedelta(hours=2)  # nobody is reminded of what they must be on the way to
WORTH = timedelta(hours=36)  # a reminder that has to wait longer is old
LETTER_DAYS = 5  # the post needs so long; what is nearer is told by a call


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the cadence has to know of a booked time. `set_at`: booked, or moved to this time, then."""

    starts_at: datetime
    starts_on: date
    set_at: datetime
    booked: bool = True
    confirmed: bool = False


def due_reminder(visit: Visit, *, days: Collection[int], on: date, now: datetime) -> int | None:
    """How many days before the visit today's reminder is of; None on most days.

    Confirmed, there is only the last one. A time that was set within a day of the reminder's own moment is
    known. One day late is still told, but not a second time: the caller remembers by visit, time and this number.
    """
    if not visit.booked or visit.starts_at - now < TOO_NEAR:
        return None
    left = (visit.starts_on - on).days
    late = 0 if left in days else 1
    found = left + late
    if found not in days or (visit.confirmed and found != min(days)):
        return None
    moment = now - timedelta(days=late)
    return None if moment - visit.set_at < SET_LATELY else found


def still_true(
    visit: Visit, *, days: Collection[int], queued_at: datetime, queued_on: date, now: datetime
) -> bool:
    """Whether a reminder that was queued then may leave now: asked at the moment of sending."""
    if not visit.booked or visit.set_at > queued_at or now > useful_until(visit, queued_at):
        return False
    last = (visit.starts_on - queued_on).days <= min(days, default=1)
    return last or not visit.confirmed


def useful_until(visit: Visit, queued_at: datetime) -> datetime:
    """Until when a reminder helps: it may wait for the morning, and not for the visit itself."""
    return min(visit.starts_at - TOO_NEAR, queued_at + WORTH)


def by_letter(visit: Visit, *, on: date) -> bool:
    """Whether a letter would arrive in time."""
    return (visit.starts_on - on).days >= LETTER_DAYS
