"""MSG-8: the window, two zones, and the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.text_hours import next_open

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
PHOENIX, HONOLULU = "America/Phoenix", "Pacific/Honolulu"


def at(zone: str, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("now", "zones", "then"),
    [
        (at(NEW_YORK, 2026, 3, 2, 9), [NEW_YORK], at(NEW_YORK, 2026, 3, 2, 9)),
        (at(NEW_YORK, 2026, 3, 2, 8, 59), [NEW_YORK], at(NEW_YORK, 2026, 3, 2, 9)),
        (at(NEW_YORK, 2026, 3, 2, 19, 59), [NEW_YORK], at(NEW_YORK, 2026, 3, 2, 19, 59)),
        (at(NEW_YORK, 2026, 3, 2, 20), [NEW_YORK], at(NEW_YORK, 2026, 3, 3, 9)),
        (at(NEW_YORK, 2026, 3, 2, 21, 1), [NEW_YORK], at(NEW_YORK, 2026, 3, 3, 9)),
        # ten in New York is seven in Los Angeles: both wait for nine there
        (at(NEW_YORK, 2026, 3, 2, 10), [NEW_YORK, LOS_ANGELES], at(LOS_ANGELES, 2026, 3, 2, 9)),
        # six in the evening in Los Angeles is nine in New York: tomorrow
        (at(LOS_ANGELES, 2026, 3, 2, 18), [NEW_YORK, LOS_ANGELES], at(LOS_ANGELES, 2026, 3, 3, 9)),
        (at(NEW_YORK, 2026, 1, 5, 10), [NEW_YORK, HONOLULU], at(HONOLULU, 2026, 1, 5, 9)),
        # spring forward, March 8: the night has 23 hours and nine is still nine
        (at(NEW_YORK, 2026, 3, 7, 22), [NEW_YORK], datetime(2026, 3, 8, 13, tzinfo=UTC)),
        (at(NEW_YORK, 2026, 3, 6, 22), [NEW_YORK], datetime(2026, 3, 7, 14, tzinfo=UTC)),
        # fall back, November 1: the night has 25
        (at(NEW_YORK, 2026, 10, 31, 22), [NEW_YORK], datetime(2026, 11, 1, 14, tzinfo=UTC)),
        # Arizona keeps its clock: in summer it is with Los Angeles, in winter an hour ahead
        (at(PHOENIX, 2026, 7, 1, 9), [PHOENIX, LOS_ANGELES], at(PHOENIX, 2026, 7, 1, 9)),
        (at(PHOENIX, 2026, 12, 1, 9), [PHOENIX, LOS_ANGELES], at(LOS_ANGELES, 2026, 12, 1, 9)),
    ],
)
def test_MSG_8_texts_wait_for_nine_by_every_clock(
    now: datetime, zones: list[str], then: datetime
) -> None:
    assert next_open(now, zones) == then


def test_MSG_8_days_that_never_meet_send_nothing() -> None:
    assert next_open(at(NEW_YORK, 2026, 3, 2, 10), [NEW_YORK, "Asia/Karachi"]) is not None
    assert next_open(at(NEW_YORK, 2026, 3, 2, 10), ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    assert next_open(at(NEW_YORK, 2026, 3, 2, 10), [NEW_YORK, "Asia/Manila"]) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.lists(
        st.sampled_from([NEW_YORK, LOS_ANGELES, PHOENIX, HONOLULU, "America/Puerto_Rico"]),
        min_size=1,
    ),
)
def test_MSG_8_the_answer_is_inside_every_window(moment: datetime, zones: list[str]) -> None:
    then = next_open(moment.replace(tzinfo=UTC), zones)
    assert then is not None
    assert all(9 <= then.astimezone(ZoneInfo(zone)).hour < 20 for zone in zones)
