"""Whether a booked visit still stands where the schedule has it; a change of the schedule never moves it (SCH-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from billing.free_times import Block, Range


class Misfit(StrEnum):
    """Why it does not."""

    AWAY = "away"  # leave, a holiday, a blocked hour
    NO_BLOCK = "no_block"  # nobody is seen there then


MISFIT_WORDS = {
    Misfit.AWAY: "The provider is away, or the place is closed",
    Misfit.NO_BLOCK: "Outside the weekly schedule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A booked visit, by the clock of its place."""

    provider_id: int
    location_id: int
    visit_type_id: int
    local_start: datetime
    local_end: datetime
    moments: Range


def misfit(
    visit: Standing,
    blocks: Sequence[Block],
    away: Sequence[tuple[int | None, int | None, datetime, datetime]],
) -> Misfit | None:
    """The reason, being away first; None where the visit could be booked there today.

    `away` is (provider, place, from, to), where None means everybody, or everywhere.
    """
    start, end = visit.moments
    for provider_id, location_id, first, last in away:
        if (
            provider_id in {None, visit.provider_id}
            and location_id in {None, visit.location_id}
            and first < end
            and last > start
        ):
            return Misfit.AWAY
    on, starts, ends = visit.local_start.date(), visit.local_start.time(), visit.local_end.time()
    if any(_holds(block, visit, on, starts, ends) for block in blocks):
        return None
    return Misfit.NO_BLOCK


def _holds(block: Block, visit: Standing, on: date, starts: time, ends: time) -> bool:
    return (
        (block.provider_id, block.location_id) == (visit.provider_id, visit.location_id)
        and block.weekday == on.weekday()
        and block.since <= on
        and (block.until is None or on <= block.until)
        and block.starts <= starts
        and ends <= block.ends
        and visit.local_end.date() == on
        and (not block.visit_type_ids or visit.visit_type_id in block.visit_type_ids)
    )


@dataclass(frozen=True, slots=True)
class Weekly:
    """When a block stands: to tell whether two of one provider do at once."""

    weekday: int
    starts: time
    ends: time
    since: date
    until: date | None


def overlap(one: Weekly, other: Weekly) -> bool:
    """Whether there is a day on which both stand, and a moment of it that both hold."""
    if one.weekday != other.weekday or not (one.starts < other.ends and other.starts < one.ends):
        return False
    first = max(one.since, other.since)
    last = min((end for end in (one.until, other.until) if end), default=None)
    if last is None:
        return True
    ahead = (one.weekday - first.weekday()) % 7
    return first + timedelta(days=ahead) <= last
