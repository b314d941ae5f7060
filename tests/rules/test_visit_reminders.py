"""The cadence of reminders: which day asks for which, and what may still leave later (SCH-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from billing.visit_reminders import Visit, by_letter, due_reminder, still_true, useful_until

CADENCE = (7, 3, 1)
STARTS = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
VISIT = Visit(
    starts_at=STARTS, starts_on=date(2026, 11, 20), set_at=datetime(2026, 10, 1, tzinfo=UTC)
)


def on(day: int, hour: int = 15) -> tuple[date, datetime]:
    return date(2026, 11, day), datetime(2026, 11, day, hour, tzinfo=UTC)


def due(visit: Visit, day: int, hour: int = 15) -> int | None:
    today, now = on(day, hour)
    return due_reminder(visit, days=CADENCE, on=today, now=now)


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (11, None),
        (12, None),
        (13, 7),
        (
            14,
            7,
        ),  # the run of the thirteenth may have been missed; the caller remembers what was told
        (15, None),
        (16, None),
        (17, 3),
        (18, 3),
        (19, 1),
        (20, 1),
        (21, None),
    ],
)
def test_SCH_9_seven_three_and_one_days_before_and_a_missed_run_is_made_good(
    day: int, number: int | None
) -> None:
    assert due(VISIT, day) == number


def test_SCH_9_confirmed_there_is_only_the_day_before() -> None:
    confirmed = replace(VISIT, confirmed=True)
    found = {day: due(confirmed, day) for day in range(10, 21)}
    assert {day: number for day, number in found.items() if number} == {19: 1, 20: 1}


@pytest.mark.parametrize("hours", [0, 1, 23])
def test_SCH_9_a_reminder_within_a_day_of_choosing_the_time_is_left_out(hours: int) -> None:
    _, now = on(19)
    fresh = replace(VISIT, set_at=now - timedelta(hours=hours))
    assert due(fresh, 19) is None
    assert due(fresh, 20) is None  # not made good on the next day either
    assert due(replace(VISIT, set_at=now - timedelta(hours=24)), 19) == 1


def test_SCH_9_booked_six_hours_ahead_nobody_is_reminded() -> None:
    assert due(replace(VISIT, set_at=STARTS - timedelta(hours=6)), 20) is None


def test_SCH_9_nothing_for_what_is_not_booked_or_about_to_begin() -> None:
    assert due(replace(VISIT, booked=False), 13) is None
    assert due(VISIT, 20, 17) == 1
    assert due(VISIT, 20, 18) is None


def test_SCH_9_the_day_is_the_calendars_whatever_the_clocks_do() -> None:
    # New York: an hour more on 1 November 2026, an hour less on 14 March 2027.
    for starts_on in (date(2026, 11, 1), date(2026, 11, 2), date(2027, 3, 14), date(2027, 3, 15)):
        visit = replace(
            VISIT,
            starts_on=starts_on,
            starts_at=datetime(starts_on.year, starts_on.month, starts_on.day, 20, tzinfo=UTC),
        )
        told = [
            due_reminder(
                visit,
                days=CADENCE,
                on=starts_on - timedelta(days=left),
                now=datetime(starts_on.year, starts_on.month, starts_on.day, 15, tzinfo=UTC)
                - timedelta(days=left),
            )
            for left in (7, 3, 1)
        ]
        assert told == [7, 3, 1]


def test_SCH_9_what_waits_is_asked_again_as_it_leaves() -> None:
    queued_on, queued_at = on(17)

    def leaves(visit: Visit, now: datetime) -> bool:
        return still_true(visit, days=CADENCE, queued_at=queued_at, queued_on=queued_on, now=now)

    assert leaves(VISIT, queued_at)
    assert leaves(VISIT, queued_at + timedelta(hours=20))
    assert not leaves(VISIT, queued_at + timedelta(hours=37))
    assert not leaves(replace(VISIT, booked=False), queued_at)
    assert not leaves(replace(VISIT, confirmed=True), queued_at)
    moved = replace(VISIT, set_at=queued_at + timedelta(minutes=1))
    assert not leaves(moved, queued_at + timedelta(minutes=2))
    day_before, asked = on(19)
    assert still_true(
        replace(VISIT, confirmed=True),
        days=CADENCE,
        queued_at=asked,
        queued_on=day_before,
        now=asked,
    )


def test_SCH_9_a_reminder_helps_until_two_hours_before_and_for_a_day_and_a_half() -> None:
    assert useful_until(VISIT, STARTS - timedelta(hours=10)) == STARTS - timedelta(hours=2)
    assert useful_until(VISIT, STARTS - timedelta(days=7)) == STARTS - timedelta(days=5, hours=12)


def test_SCH_9_the_post_needs_five_days() -> None:
    assert by_letter(VISIT, on=date(2026, 11, 15))
    assert not by_letter(VISIT, on=date(2026, 11, 16))
