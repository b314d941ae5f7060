"""Free starts from weekly blocks: the grid, what stands in the way, and the days on which clocks are changed (SCH-1, SCH-2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.free_times import (
    Asked,
    Block,
    Calendar,
    Room,
    Slot,
    Taken,
    end_moment,
    free_slots,
    moment,
    one_each,
)

EAST, WEST = "America/New_York", "America/Chicago"
MONDAY, SPRING, FALL = date(2026, 3, 2), date(2026, 3, 8), date(2026, 11, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def block(day: date = MONDAY, starts: str = "8:00", ends: str = "12:00", **other: object) -> Block:
    facts = {
        "provider_id": 1,
        "location_id": 1,
        "zone": EAST,
        "weekday": day.weekday(),
        "starts": wall(starts),
        "ends": wall(ends),
        "since": date(2026, 1, 1),
        "step_minutes": 30,
        "horizon_days": 365,
    }
    return Block(**(facts | other))  # type: ignore[arg-type]


def wall(words: str) -> time:
    hour, minute = words.split(":")
    return time(int(hour), int(minute))


def at(day: date, words: str, zone: str = EAST, fold: int = 0) -> datetime:
    return datetime.combine(day, wall(words), tzinfo=ZoneInfo(zone)).replace(fold=fold)


def between(day: date, start: str, end: str) -> tuple[datetime, datetime]:
    return at(day, start).astimezone(UTC), at(day, end).astimezone(UTC)


def search(
    *blocks: Block,
    day: date = MONDAY,
    last: date | None = None,
    calendar: Calendar | None = None,
    now: datetime = NOW,
    **other: object,
) -> list[Slot]:
    asked = {
        "visit_type_id": 7,
        "minutes": 30,
        "first_day": day,
        "last_day": last or day,
    } | other
    found = free_slots(blocks, calendar or Calendar(), Asked(**asked), now=now)  # type: ignore[arg-type]
    return sorted(found, key=lambda slot: slot.starts_at)


def walls(slots: list[Slot]) -> list[str]:
    return [
        f"{local.hour}:{local.minute:02}"
        for local in (slot.starts_at.astimezone(ZoneInfo(slot.zone)) for slot in slots)
    ]


def test_SCH_2_a_block_is_cut_into_starts_that_end_inside_it() -> None:
    found = search(block(ends="10:15"))
    assert walls(found) == ["8:00", "8:30", "9:00", "9:30"]
    assert found[0].ends_at - found[0].starts_at == timedelta(minutes=30)
    assert found[0].starts_on == MONDAY
    assert walls(search(block(ends="10:00"), minutes=45)) == ["8:00", "8:30", "9:00"]
    assert search(block(ends="8:20")) == []
    assert search(block(), day=date(2026, 3, 3)) == []


def test_SCH_2_a_block_holds_from_its_first_day_to_its_last_and_for_its_types() -> None:
    assert search(block(until=MONDAY))
    assert search(block(until=MONDAY - timedelta(days=1))) == []
    assert search(block(since=MONDAY))
    assert search(block(since=MONDAY + timedelta(days=1))) == []
    assert search(block(visit_type_ids=frozenset({7, 8})))
    assert search(block(visit_type_ids=frozenset({8}))) == []


def test_SCH_2_lead_time_and_horizon_bind_patients_and_not_the_office() -> None:
    now = at(MONDAY, "8:00")
    lead = block(lead_minutes=120)
    assert walls(search(lead, now=now))[0] == "10:00"
    assert walls(search(lead, now=now + timedelta(minutes=1)))[0] == "10:30"
    assert walls(search(lead, now=now, for_staff=True))[0] == "8:00"
    far = block(horizon_days=7)
    week = MONDAY + timedelta(days=7)
    assert walls(search(far, day=week, now=now)) == ["8:00"]
    assert len(search(far, day=week, now=now, for_staff=True)) == 8
    assert search(far, day=week + timedelta(days=7), now=now) == []


@pytest.mark.parametrize(("day", "utc_hour"), [(SPRING, 12), (FALL, 13), (MONDAY, 13)])
def test_SCH_2_a_block_of_eight_to_twelve_is_four_hours_by_the_wall_on_every_day(
    day: date, utc_hour: int
) -> None:
    found = search(block(day), day=day)
    assert walls(found) == ["8:00", "8:30", "9:00", "9:30", "10:00", "10:30", "11:00", "11:30"]
    assert found[0].starts_at == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)


def test_SCH_2_an_hour_that_does_not_exist_is_not_sold() -> None:
    found = search(block(SPRING, "1:00", "4:00"), day=SPRING)
    assert walls(found) == ["1:00", "1:30", "3:00", "3:30"]
    assert [slot.starts_at.hour for slot in found] == [6, 6, 7, 7]
    assert walls(search(block(SPRING, "1:00", "2:30"), day=SPRING)) == ["1:00", "1:30"]
    assert walls(search(block(SPRING, "2:15", "4:00"), day=SPRING)) == ["3:15"]
    assert moment(EAST, SPRING, time(2, 30)) is None
    assert end_moment(EAST, SPRING, time(2, 30)) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_SCH_2_of_a_doubled_hour_the_first_is_sold_and_the_second_stays_free() -> None:
    found = search(block(FALL, "0:30", "2:30"), day=FALL)
    assert walls(found) == ["0:30", "1:00", "1:30", "2:00"]
    assert len({slot.starts_at for slot in found}) == 4
    assert found[-1].starts_at - found[-2].starts_at == timedelta(minutes=90)
    second = at(FALL, "1:30", fold=1)
    assert search(block(FALL, "0:30", "2:30"), day=FALL, at=second, for_staff=True) == []


def test_SCH_2_a_visit_over_the_change_lasts_as_long_as_ever() -> None:
    [slot] = search(block(SPRING, "1:30", "4:00"), day=SPRING, minutes=60, at=at(SPRING, "1:30"))
    assert slot.ends_at - slot.starts_at == timedelta(minutes=60)
    assert slot.ends_at.astimezone(ZoneInfo(EAST)).hour == 3


def test_SCH_2_each_place_has_its_own_clock() -> None:
    [slot] = search(block(zone=WEST, ends="8:30"))
    assert slot.starts_at == at(MONDAY, "9:00")


@pytest.mark.parametrize(
    ("who", "where", "stands"),
    [
        (1, 1, True),
        (1, None, True),
        (None, 1, True),
        (None, None, True),
        (2, 1, False),
        (1, 2, False),
    ],
)
def test_SCH_2_exceptions_override(who: int | None, where: int | None, stands: bool) -> None:
    away = {(who, where): [between(MONDAY, "8:30", "9:00"), between(MONDAY, "8:45", "11:15")]}
    found = walls(search(block(), calendar=Calendar(away=away)))
    assert found == (["8:00", "11:30"] if stands else walls(search(block())))


def test_SCH_1_capacity_is_sold_lane_by_lane() -> None:
    two = block(capacity=2, ends="8:30")
    taken = between(MONDAY, "8:00", "8:30")
    assert [slot.lane for slot in search(two)] == [0]
    assert [slot.lane for slot in search(two, calendar=Calendar(lanes={(1, 0): [taken]}))] == [1]
    full = Calendar(lanes={(1, 0): [taken], (1, 1): [taken]})
    assert search(two, calendar=full) == []
    beyond = Calendar(lanes={(1, 0): [taken], (1, 2): [taken]})
    assert search(two, calendar=beyond) == [], "who was booked beyond takes up a place"
    assert search(two, calendar=Calendar(lanes={(1, 2): [taken]}))
    assert search(two, calendar=Calendar(lanes={(2, 0): [taken]}))


def test_SCH_2_buffers_keep_their_distance_from_neighbours_and_not_from_the_block() -> None:
    kept = block(buffer_before=10, buffer_after=5)
    taken = Calendar(lanes={(1, 0): [between(MONDAY, "9:30", "10:00")]})
    found = search(kept, calendar=taken)
    assert walls(found) == ["8:00", "8:30", "10:30", "11:00", "11:30"]
    assert found[0].busy_from == found[0].starts_at - timedelta(minutes=10)
    assert found[0].busy_to == found[0].ends_at + timedelta(minutes=5)
    assert walls(search(block(), calendar=taken))[2:4] == ["9:00", "10:00"]


def test_SCH_3_one_resource_for_each_feature_all_different_and_free_throughout() -> None:
    rooms = [
        Room(resource_id=1, location_id=1, features=frozenset({"exam", "ecg"})),
        Room(resource_id=2, location_id=1, features=frozenset({"exam"})),
        Room(resource_id=3, location_id=2, features=frozenset({"exam"})),
    ]
    both = {"features": ("exam", "ecg")}
    half = block(ends="9:00")
    found = search(half, calendar=Calendar(rooms=rooms), **both)
    assert [slot.resource_ids for slot in found] == [(2, 1), (2, 1)]
    taken = Calendar(rooms=rooms, rooms_taken={2: [between(MONDAY, "8:15", "8:30")]})
    assert walls(search(half, calendar=taken, **both)) == ["8:30"]
    assert [s.resource_ids for s in search(half, calendar=taken, features=("exam",))] == [
        (1,),
        (2,),
    ]
    assert search(half, calendar=Calendar(rooms=rooms), features=("xray",)) == []
    assert one_each([[1, 2], [1]], bool) == (2, 1)
    assert one_each([[1], [1]], bool) is None


def test_what_is_wished_narrows_and_overlapping_blocks_offer_a_start_once() -> None:
    assert walls(search(block(), not_before=time(9, 10), not_after=time(10, 30))) == [
        "9:30",
        "10:00",
        "10:30",
    ]
    assert search(block(), weekdays=frozenset({1})) == []
    assert len(search(block(), block(ends="9:00", visit_type_ids=frozenset({7})))) == 8


def test_one_moment_is_on_the_grid_or_the_offices() -> None:
    assert search(block(), at=at(MONDAY, "8:30"), last=MONDAY)
    assert search(block(), at=at(MONDAY, "8:10")) == []
    [slot] = search(block(), at=at(MONDAY, "8:10"), for_staff=True)
    assert slot.starts_at == at(MONDAY, "8:10")
    assert search(block(), at=at(MONDAY, "11:45"), for_staff=True) == []


MOMENTS = st.integers(0, 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
RANGES = st.lists(
    st.tuples(MOMENTS, st.integers(1, 12)).map(lambda x: (x[0], x[0] + timedelta(minutes=x[1])))
)


@given(RANGES, MOMENTS, st.integers(1, 20))
def test_taken_says_what_a_look_at_each_range_says(
    ranges: list[tuple[datetime, datetime]], start: datetime, minutes: int
) -> None:
    end = start + timedelta(minutes=minutes)
    free = all(other_end <= start or other >= end for other, other_end in ranges)
    assert Taken(ranges).is_free(start, end) == free


@given(
    st.sampled_from([EAST, WEST, "America/Phoenix", "Europe/Berlin"]),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_a_moment_shows_the_time_it_was_made_of(zone: str, day: date, words: time) -> None:
    found = moment(zone, day, words)
    if found is not None:
        local = found.astimezone(ZoneInfo(zone))
        assert (local.date(), local.time(), local.fold) == (day, words, 0)
    else:
        naive = datetime.combine(day, words)
        back = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        assert back.replace(tzinfo=None) != naive
