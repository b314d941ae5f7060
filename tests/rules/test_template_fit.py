"""What is free of a day, whether a visit still fits the schedule, and whether two blocks stand at once (SCH-2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.day_gaps import gaps
from billing.free_times import Block
from billing.template_fit import Misfit, Standing, Weekly, misfit, overlap

NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)  # a Monday


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def ranges(*pairs: tuple[int, int]) -> list[tuple[datetime, datetime]]:
    return [(at(start), at(end)) for start, end in pairs]


@pytest.mark.parametrize(
    ("capacity", "busy", "away", "free"),
    [
        (1, [], [], [(0, 180)]),
        (1, [(0, 20), (40, 60)], [], [(20, 40), (60, 180)]),
        (2, [(0, 20), (10, 40)], [], [(0, 10), (20, 180)]),
        (1, [(-30, 20), (170, 200)], [(60, 120)], [(20, 60), (120, 170)]),
        (1, [(0, 180)], [], []),
        (1, [], [(-60, 300)], []),
    ],
)
def test_SCH_2_the_gaps_of_a_block(
    capacity: int,
    busy: list[tuple[int, int]],
    away: list[tuple[int, int]],
    free: list[tuple[int, int]],
) -> None:
    found = gaps((at(0), at(180)), capacity=capacity, busy=ranges(*busy), away=ranges(*away))
    assert list(found) == ranges(*free)


spans = st.tuples(st.integers(-30, 200), st.integers(1, 90)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(spans, max_size=8), st.lists(spans, max_size=3), st.integers(1, 3))
def test_SCH_2_every_minute_is_free_or_taken(
    busy: list[tuple[int, int]], away: list[tuple[int, int]], capacity: int
) -> None:
    found = gaps((at(0), at(180)), capacity=capacity, busy=ranges(*busy), away=ranges(*away))
    for minute in range(180):
        taken = sum(start <= minute < end for start, end in busy) >= capacity
        gone = any(start <= minute < end for start, end in away)
        free = any(start <= at(minute) < end for start, end in found)
        assert free is not (taken or gone)


BLOCK = Block(
    provider_id=1,
    location_id=1,
    zone="UTC",
    weekday=0,
    starts=time(9),
    ends=time(12),
    since=date(2026, 1, 1),
    until=date(2026, 3, 31),
    visit_type_ids=frozenset({5}),
)


def visit(day: int = 9, hour: int = 9, kind: int = 5, place: int = 1) -> Standing:
    start = datetime(2026, 3, day, hour, tzinfo=UTC)
    end = start + timedelta(minutes=30)
    return Standing(
        provider_id=1,
        location_id=place,
        visit_type_id=kind,
        local_start=start,
        local_end=end,
        moments=(start, end),
    )


def test_SCH_2_a_booked_visit_outside_the_schedule_is_found_and_why() -> None:
    assert misfit(visit(), [BLOCK], []) is None
    for moved in (visit(10), visit(hour=12), visit(kind=6), visit(place=2)):
        assert misfit(moved, [BLOCK], []) is Misfit.NO_BLOCK
    ended = datetime(2026, 4, 6, 9, tzinfo=UTC)
    later = Standing(
        provider_id=1,
        location_id=1,
        visit_type_id=5,
        local_start=ended,
        local_end=ended + timedelta(minutes=30),
        moments=(ended, ended + timedelta(minutes=30)),
    )
    assert misfit(later, [BLOCK], []) is Misfit.NO_BLOCK, "the block ended before"
    for who, where, expected in (
        (1, None, Misfit.AWAY),
        (None, 1, Misfit.AWAY),
        (None, None, Misfit.AWAY),
        (2, None, None),
        (1, 2, None),
    ):
        assert misfit(visit(), [BLOCK], [(who, where, at(10), at(20))]) is expected
    assert misfit(visit(), [BLOCK], [(1, 1, at(30), at(60))]) is None, (
        "it begins when the visit ends"
    )


def weekly(
    weekday: int = 0,
    hours: tuple[int, int] = (9, 12),
    since: date = date(2026, 1, 1),
    until: date | None = None,
) -> Weekly:
    return Weekly(weekday, time(hours[0]), time(hours[1]), since, until)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (weekly(), True),
        (weekly(1), False),
        (weekly(hours=(12, 13)), False),
        (weekly(hours=(11, 13)), True),
        (weekly(until=date(2026, 1, 4)), False),  # a Sunday, before the first Monday
        (weekly(until=date(2026, 1, 5)), True),
        (weekly(since=date(2027, 1, 1)), True),
    ],
)
def test_SCH_2_two_blocks_at_once(other: Weekly, expected: bool) -> None:
    assert overlap(weekly(), other) is expected
    assert overlap(other, weekly()) is expected
