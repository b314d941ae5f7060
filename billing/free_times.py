"""Which times are free: weekly blocks by a place's wall clock, less what is taken, computed in memory (SCH-1, SCH-2).

Wall time becomes a moment at one place, `moment`: an hour that does not exist is never offered, and of a doubled
hour only the first, for nobody could tell the two apart on paper.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
Range = tuple[datetime, datetime]  # from, to; the end is free again


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a provider's week, by the wall clock of `zone`; both days inclusive, no types means any."""

    provider_id: int
    location_id: int
    zone: str
    weekday: int
    starts: time
    ends: time
    since: date
    until: date | None = None
    visit_type_ids: frozenset[int] = frozenset()
    capacity: int = 1
    step_minutes: int = 15
    lead_minutes: int = 120
    horizon_days: int = 180
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room or a piece of equipment of one place, and what it is good for."""

    resource_id: int
    location_id: int
    features: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time that can be had, with all that it would take; moments are UTC, `starts_on` is the place's own day."""

    provider_id: int
    location_id: int
    visit_type_id: int
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    busy_from: datetime
    busy_to: datetime
    lane: int
    capacity: int
    resource_ids: tuple[int, ...]
    zone: str


class Taken:
    """Ranges of time, asked many times whether one more is free; what overlaps or touches is made one."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for start, end in sorted(ranges):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Whether nothing stands between the two."""
        before = bisect_left(self._starts, end)  # those from here on begin at the end, or later
        return before == 0 or self._ends[before - 1] <= start


_NOTHING = Taken(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All that stands in the way. What has no provider or no place (None) stands in everybody's, or everywhere."""

    lanes: Mapping[tuple[int, int], Sequence[Range]] = field(default_factory=dict)
    away: Mapping[tuple[int | None, int | None], Sequence[Range]] = field(default_factory=dict)
    rooms: Sequence[Room] = ()
    rooms_taken: Mapping[int, Sequence[Range]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for: which kind of visit, how long, what it needs, and when."""

    visit_type_id: int
    minutes: int
    features: tuple[str, ...] = ()
    first_day: date
    last_day: date
    weekdays: frozenset[int] = frozenset()
    not_before: time | None = None
    not_after: time | None = None  # the latest start
    at: datetime | None = None  # this very moment alone, on the block's grid or not
    for_staff: bool = False  # neither lead time nor horizon holds


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _steady_offset(zone: str, day: date) -> timedelta | None:
    """How far the wall clock is from UTC all that day; None on a day when it is changed."""
    tz = zone_of(zone)
    at_start = datetime.combine(day, time(0), tzinfo=tz).utcoffset()
    at_end = datetime.combine(day + _DAY, time(0), tzinfo=tz).utcoffset()
    return at_start if at_start == at_end else None


def moment(zone: str, day: date, wall: time) -> datetime | None:
    """The moment (UTC) when that clock shows that time: the first of two, or None where it is skipped."""
    offset = _steady_offset(zone, day)
    if offset is not None:
        return datetime.combine(day, wall, tzinfo=UTC) - offset
    local = datetime.combine(day, wall, tzinfo=zone_of(zone))
    found = local.astimezone(UTC)
    back = found.astimezone(zone_of(zone))
    return found if back.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def end_moment(zone: str, day: date, wall: time) -> datetime:
    """When something ends that ends by that clock; in a skipped hour, when the clock is put forward."""
    found = moment(zone, day, wall)
    if found is not None:
        return found
    local = datetime.combine(day, wall)
    steps = 0
    while found is None:
        steps += 1
        earlier = local - steps * _MINUTE
        found = moment(zone, earlier.date(), earlier.time())
    return found + _MINUTE


def free_slots(
    blocks: Sequence[Block], calendar: Calendar, asked: Asked, *, now: datetime
) -> Iterator[Slot]:
    """Every free start, each once, day after day; within a day in no order.

    A place at one moment is offered once for each provider, however many of its blocks hold it.
    """
    search = _Search(calendar, asked, now)
    by_weekday: dict[int, list[Block]] = {}
    for block in blocks:
        if not block.visit_type_ids or asked.visit_type_id in block.visit_type_ids:
            by_weekday.setdefault(block.weekday, []).append(block)
    day = asked.first_day
    while day <= asked.last_day:
        if not asked.weekdays or day.weekday() in asked.weekdays:
            seen: set[tuple[int, datetime]] = set()
            for block in by_weekday.get(day.weekday(), ()):
                for slot in search.of_block(block, day):
                    key = (slot.provider_id, slot.starts_at)
                    if key not in seen:
                        seen.add(key)
                        yield slot
        day += _DAY


class _Search:
    """One search: what is taken, sorted once."""

    def __init__(self, calendar: Calendar, asked: Asked, now: datetime) -> None:
        self.asked, self.now = asked, now
        self.lanes = {key: Taken(ranges) for key, ranges in calendar.lanes.items()}
        self.by_provider: dict[int, list[tuple[int, Taken]]] = {}
        for (provider_id, lane), taken in self.lanes.items():
            self.by_provider.setdefault(provider_id, []).append((lane, taken))
        self.rooms_taken = {key: Taken(ranges) for key, ranges in calendar.rooms_taken.items()}
        self.rooms = calendar.rooms
        self._away = calendar.away
        self._away_of: dict[tuple[int, int], Taken] = {}
        self._candidates: dict[int, list[list[int]]] = {}
        self.length = timedelta(minutes=asked.minutes)

    def of_block(self, block: Block, day: date) -> Iterator[Slot]:
        asked = self.asked
        if day < block.since or (block.until is not None and day > block.until):
            return
        first, last = self._reach(block)
        ends = end_moment(block.zone, day, block.ends)
        if ends <= first:
            return
        away = self._away_at(block.provider_id, block.location_id)
        before, after = block.buffer_before * _MINUTE, block.buffer_after * _MINUTE
        for starts_at in self._starts(block, day):
            ends_at = starts_at + self.length
            if ends_at > ends or starts_at < first or starts_at > last:
                continue
            if not away.is_free(starts_at, ends_at):
                continue
            lane = self._lane(block, starts_at - before, ends_at + after)
            if lane is None:
                continue
            rooms = self._rooms(block.location_id, starts_at, ends_at)
            if rooms is None:
                continue
            yield Slot(
                provider_id=block.provider_id,
                location_id=block.location_id,
                visit_type_id=asked.visit_type_id,
                starts_at=starts_at,
                ends_at=ends_at,
                starts_on=day,
                busy_from=starts_at - before,
                busy_to=ends_at + after,
                lane=lane,
                capacity=block.capacity,
                resource_ids=rooms,
                zone=block.zone,
            )

    def _reach(self, block: Block) -> Range:
        """The first and the last moment that may be sold."""
        if self.asked.for_staff:
            return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return self.now + block.lead_minutes * _MINUTE, self.now + block.horizon_days * _DAY

    def _starts(self, block: Block, day: date) -> Iterator[datetime]:
        """The moments of the block's grid that are wanted."""
        asked = self.asked
        if asked.at is not None:
            local = asked.at.astimezone(zone_of(block.zone))
            wall = local.time()
            if local.date() == day and block.starts <= wall < block.ends:
                on_grid = _minutes(wall) - _minutes(block.starts)
                if asked.for_staff or on_grid % block.step_minutes == 0:
                    found = moment(block.zone, day, wall)
                    if found == asked.at:  # not the second of a doubled hour
                        yield found
            return
        earliest = max(block.starts, asked.not_before) if asked.not_before else block.starts
        latest = _minutes(min(block.ends, asked.not_after) if asked.not_after else block.ends)
        behind = _minutes(earliest) - _minutes(block.starts)
        at = _minutes(block.starts) + -(-behind // block.step_minutes) * block.step_minutes
        offset = _steady_offset(block.zone, day)
        if offset is not None:
            midnight = datetime.combine(day, time(0), tzinfo=UTC) - offset
            for minutes in range(at, latest + 1, block.step_minutes):
                yield midnight + minutes * _MINUTE
            return
        for minutes in range(at, latest + 1, block.step_minutes):
            found = moment(block.zone, day, time(*divmod(minutes, 60)))
            if found is not None:
                yield found

    def _away_at(self, provider_id: int, location_id: int) -> Taken:
        key = (provider_id, location_id)
        if key not in self._away_of:
            ranges = [
                one
                for who in (provider_id, None)
                for where in (location_id, None)
                for one in self._away.get((who, where), ())
            ]
            self._away_of[key] = Taken(ranges)
        return self._away_of[key]

    def _lane(self, block: Block, start: datetime, end: datetime) -> int | None:
        """The first free place of the block; who was booked beyond it takes up one of its places too."""
        beyond = sum(
            not taken.is_free(start, end)
            for lane, taken in self.by_provider.get(block.provider_id, ())
            if lane >= block.capacity
        )
        free = (
            lane
            for lane in range(block.capacity)
            if self.lanes.get((block.provider_id, lane), _NOTHING).is_free(start, end)
        )
        first = next(free, None)
        return None if first is None or sum(1 for _ in free) < beyond else first

    def _rooms(self, location_id: int, start: datetime, end: datetime) -> tuple[int, ...] | None:
        """One for each feature, all different, free for the whole time; None when there are not enough."""
        if not self.asked.features:
            return ()
        if location_id not in self._candidates:
            self._candidates[location_id] = candidates(self.rooms, location_id, self.asked.features)
        taken = self.rooms_taken

        def is_free(room: int) -> bool:
            return taken.get(room, _NOTHING).is_free(start, end)

        return one_each(self._candidates[location_id], is_free)


def candidates(rooms: Sequence[Room], location_id: int, features: Sequence[str]) -> list[list[int]]:
    """For each feature the rooms of that place that have it, those first that are good for little else."""
    here = sorted(
        (room for room in rooms if room.location_id == location_id),
        key=lambda room: (len(room.features), room.resource_id),
    )
    return [[room.resource_id for room in here if feature in room.features] for feature in features]


def one_each(
    choices: Sequence[Sequence[int]],
    is_free: Callable[[int], bool],
    taken: tuple[int, ...] = (),
) -> tuple[int, ...] | None:
    """One of each list that is free, no two the same; the first such choice, or None."""
    if len(taken) == len(choices):
        return taken
    for choice in choices[len(taken)]:
        if choice not in taken and is_free(choice):
            found = one_each(choices, is_free, (*taken, choice))
            if found is not None:
                return found
    return None


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
