"""The pace of looks, and the hours of the office (HIPAA-4)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from billing.audit_rules import Burst, fullest_hour, is_after_hours

NOON = datetime(2026, 3, 2, 12)


def looks(*minutes_and_accounts: tuple[int, int]) -> list[tuple[datetime, int, int]]:
    return [
        (NOON + timedelta(minutes=minute), account, event)
        for event, (minute, account) in enumerate(minutes_and_accounts, start=1)
    ]


def test_HIPAA_4_the_fullest_hour_counts_accounts_not_looks_and_slides() -> None:
    assert fullest_hour([]) == Burst(0, 0)
    assert fullest_hour(looks((0, 7), (1, 7), (2, 7))).accounts == 1
    # Across the full hour on the clock: three within sixty minutes, though two fall in one hour of the clock.
    assert fullest_hour(looks((0, 1), (50, 2), (70, 3), (105, 4))) == Burst(3, 2)
    assert fullest_hour(looks((0, 1), (60, 2))).accounts == 1, "sixty minutes later is another hour"


@pytest.mark.parametrize(
    ("day", "at", "late"),
    [
        (2, time(6, 59), True),
        (2, time(7), False),
        (2, time(18, 59), False),
        (2, time(19), True),
        (7, time(12), True),
    ],
)
def test_HIPAA_4_after_hours_is_outside_what_the_office_set(day: int, at: time, late: bool) -> None:
    moment = datetime.combine(datetime(2026, 3, day), at)
    assert is_after_hours(moment, opens=time(7), closes=time(19), weekend=True) is late
    if day == 7:
        assert not is_after_hours(moment, opens=time(7), closes=time(19), weekend=False)
