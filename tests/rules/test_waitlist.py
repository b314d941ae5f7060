"""Who is offered a time that came free: order, fit, hours, and how long (SCH-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.waitlist import Opening, Waiting, answer_time, fits, in_order, next_asked, when_to_ask

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # Monday, 10:00 in New York
NEAR, FAR = timedelta(minutes=30), timedelta(hours=2)
OPENING = Opening(
    provider_id=1,
    location_id=1,
    starts_at=datetime(2026, 3, 3, 19, 0, tzinfo=UTC),  # Tuesday, 14:00
    ends_at=datetime(2026, 3, 3, 19, 30, tzinfo=UTC),
    zone="America/New_York",
)


def one(number: int = 1, **fields) -> Waiting:
    defaults = {
        "id": UUID(int=number),
        "visit_type_id": 1,
        "minutes": 20,
        "urgency": 0,
        "asked_at": datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=number),
        "first_day": date(2026, 3, 1),
        "last_day": date(2026, 3, 31),
        "zones": ("America/New_York",),
    }
    return Waiting(**(defaults | fields))


def asked(waiting: list[Waiting], *, now: datetime = NOW, batch: int = 1) -> list[int]:
    chosen = next_asked(waiting, OPENING, now=now, batch=batch, near=NEAR, far=FAR)
    return [found.one.id.int for found in chosen]


@pytest.mark.parametrize(
    ("fields", "does"),
    [
        ({}, True),
        ({"minutes": 30}, True),
        ({"minutes": 31}, False),
        ({"provider_ids": (1, 2)}, True),
        ({"provider_ids": (2,)}, False),
        ({"location_ids": (2,)}, False),
        ({"weekdays": (1,)}, True),
        ({"weekdays": (0, 2)}, False),
        ({"first_day": date(2026, 3, 4)}, False),
        ({"last_day": date(2026, 3, 2)}, False),
        ({"first_day": date(2026, 3, 3), "last_day": date(2026, 3, 3)}, True),
        ({"not_before": time(14)}, True),
        ({"not_before": time(14, 1)}, False),
        ({"not_after": time(14)}, True),
        ({"not_after": time(13, 59)}, False),
        ({"notice_minutes": 60 * 28 - 1}, True),
        ({"notice_minutes": 60 * 28}, False),
        ({"later_at": datetime(2026, 3, 3, 19, 1, tzinfo=UTC)}, True),
        ({"later_at": datetime(2026, 3, 3, 19, 0, tzinfo=UTC)}, False),
    ],
)
def test_SCH_8_only_a_time_that_they_asked_for_and_gain_by(fields: dict, does: bool) -> None:
    assert fits(one(**fields), OPENING, now=NOW) is does


def test_SCH_8_the_urgent_first_then_who_asked_first() -> None:
    waiting = [one(3), one(1), one(2, urgency=2), one(4, urgency=1)]
    assert [found.id.int for found in in_order(waiting)] == [2, 4, 1, 3]
    assert asked(waiting) == [2]
    assert asked(waiting, batch=3) == [2, 4, 1]


def test_SCH_8_one_round_is_of_one_kind_of_visit() -> None:
    assert asked([one(1), one(2, visit_type_id=2), one(3)], batch=3) == [1, 3]


def test_SCH_8_half_an_hour_or_two_when_it_is_far_ahead() -> None:
    def wait(ahead: timedelta) -> timedelta:
        return answer_time(OPENING, at=OPENING.starts_at - ahead, near=NEAR, far=FAR)

    assert wait(timedelta(hours=48)) == NEAR
    assert wait(timedelta(hours=48, minutes=1)) == FAR


def test_SCH_8_nobody_is_asked_at_night() -> None:
    night = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)  # 23:00 on Monday
    found = when_to_ask(one(), OPENING, now=night, near=NEAR, far=FAR)
    assert found is not None
    assert found.at == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    assert found.until == found.at + NEAR
    # Whoever needs five hours to get there could not answer in time.
    assert when_to_ask(one(notice_minutes=300), OPENING, now=night, near=NEAR, far=FAR) is None


def test_SCH_8_of_one_urgency_who_is_awake_comes_first() -> None:
    early = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)  # 9:05 in New York, 4:05 in Honolulu
    sleeper = one(1, zones=("Pacific/Honolulu",), notice_minutes=0)
    assert asked([sleeper, one(2)], now=early) == [2]
    assert asked([replace(sleeper, urgency=2), one(2)], now=early) == [2]  # too near by then


@given(
    st.lists(
        st.builds(
            one,
            st.integers(1, 10_000),
            urgency=st.integers(0, 2),
            minutes=st.sampled_from([20, 30, 40]),
            notice_minutes=st.integers(0, 3000),
            visit_type_id=st.integers(1, 2),
        ),
        max_size=12,
        unique_by=lambda found: found.id,
    ),
    st.integers(0, 60 * 40),
    st.integers(1, 3),
)
def test_SCH_8_whoever_is_asked_fits_can_answer_in_time_and_is_asked_by_day(
    waiting: list[Waiting], minutes: int, batch: int
) -> None:
    now = NOW - timedelta(hours=12) + timedelta(minutes=minutes)
    chosen = next_asked(waiting, OPENING, now=now, batch=batch, near=NEAR, far=FAR)
    assert len(chosen) <= batch
    for found in chosen:
        assert fits(found.one, OPENING, now=now)
        assert 9 <= (found.ask.at.hour - 5) % 24 < 20
        assert found.ask.until + timedelta(minutes=found.one.notice_minutes) <= OPENING.starts_at
    if chosen:
        best = max(one.urgency for one in waiting if one.id in {c.one.id for c in chosen})
        assert chosen[0].one.urgency == best
