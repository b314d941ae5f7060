"""The calendar file of a visit: what it says, what it keeps to itself, and that it moves and leaves (RFC 5545)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from icalendar import Calendar

from billing.month_grid import PARTS_OF_DAY, month_after, month_before, month_grid
from billing.visit_ics import CalendarVisit, visit_ics

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
VISIT = CalendarVisit(
    visit_id=UUID(int=7),
    sequence=0,
    starts_at=datetime(2026, 3, 9, 13, 0, tzinfo=UTC),
    ends_at=datetime(2026, 3, 9, 13, 20, tzinfo=UTC),
    zone="America/New_York",
    summary="Visit at Sample Family Health",
    organizer="office@example.com",
    url="https://bills.example.com/visits/7",
)


def event_of(visit: CalendarVisit) -> tuple[Calendar, dict[str, object]]:
    calendar = Calendar.from_ical(visit_ics(visit, written_at=AT))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_the_file_holds_the_wall_clock_and_the_rules_of_its_zone() -> None:
    text = visit_ics(VISIT, written_at=AT).decode()
    assert "BEGIN:VTIMEZONE" in text
    assert "DTSTART;TZID=America/New_York:20260309T090000" in text  # the day after clocks changed
    calendar, event = event_of(VISIT)
    assert calendar["METHOD"] == "PUBLISH"
    assert event["SUMMARY"] == "Visit at Sample Family Health"
    assert event["SEQUENCE"] == 0
    assert "LOCATION" not in event


def test_moved_it_is_the_same_entry_and_canceled_it_goes() -> None:
    _, before = event_of(VISIT)
    calendar, after = event_of(replace(VISIT, sequence=2, canceled=True))
    assert before["UID"] == after["UID"]
    assert (calendar["METHOD"], after["SEQUENCE"], after["STATUS"]) == ("CANCEL", 2, "CANCELLED")


@pytest.mark.parametrize("zone", ["America/Phoenix", "Pacific/Honolulu", "America/Chicago"])
def test_every_zone_of_a_place_is_told(zone: str) -> None:
    _, event = event_of(replace(VISIT, zone=zone))
    assert event["DTSTART"].dt == VISIT.starts_at  # type: ignore[attr-defined]


def test_a_month_begins_on_sunday_and_says_how_many_times_a_day_has() -> None:
    weeks = month_grid(date(2026, 3, 17), {date(2026, 3, 9): 4})
    assert [len(week) for week in weeks] == [7] * 5
    assert weeks[0][0].on == date(2026, 3, 1)
    assert [day.on for week in weeks for day in week if day.times] == [date(2026, 3, 9)]
    assert next(day.on for day in weeks[-1] if not day.in_month) == date(2026, 4, 1)
    assert (month_before(date(2026, 1, 31)), month_after(date(2026, 12, 1))) == (
        date(2025, 12, 1),
        date(2027, 1, 1),
    )


def test_the_parts_of_a_day_leave_no_gap() -> None:
    (_, noon), (after_noon, five), (evening, _) = PARTS_OF_DAY.values()
    assert (noon, after_noon) == (noon.replace(11, 59), noon.replace(12, 0))  # type: ignore[union-attr]
    assert (five, evening) == (five.replace(16, 59), five.replace(17, 0))  # type: ignore[union-attr]
