"""The table of MSG-13, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.text_failures import REMEDIES, remedy_for, wait_before_retry

BAD = {"21211", "21614", "21635", "30005", "30006"}
STOPS = {"30007", "30032", "30034"}
ALERTS = STOPS | {"21408", "21608"}
RETRIES = {"30001": 3, "30003": 2, "30008": 1, "30410": 1}


def test_MSG_13_every_code_of_the_table_is_there() -> None:
    assert set(REMEDIES) == BAD | ALERTS | set(RETRIES) | {"21610", "30004"}


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_MSG_13_what_each_code_asks_for(code: str) -> None:
    remedy = remedy_for(code)
    assert remedy.bad_number is (code in BAD)
    assert remedy.stops_texts is (code in STOPS)
    assert remedy.alert is (code in ALERTS)
    assert remedy.opted_out is (code == "21610")
    assert len(remedy.retries) == RETRIES.get(code, 0)
    assert remedy.other_channel


def test_MSG_13_an_unreachable_phone_is_tried_twice_within_a_day() -> None:
    waits = [wait_before_retry("30003", tries=tries) for tries in (1, 2, 3)]
    assert waits == [timedelta(hours=6), timedelta(hours=18), None]
    assert wait_before_retry("12345", tries=1) is None
