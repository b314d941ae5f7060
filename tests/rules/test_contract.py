"""When a line is paid below its contract (OPS-16)."""

from __future__ import annotations

from datetime import date

import pytest

from billing.contract import Compared, is_underpaid
from billing.money import ZERO, Money


@pytest.mark.parametrize(
    ("expected", "allowed", "short"),
    [
        (1_000_00, 995_00, False),  # $5.00 and half a percent
        (1_000_00, 994_99, True),  # $5.01
        (100_00, 98_00, False),  # 2 % to the cent
        (100_00, 97_99, True),
        (10_00, 9_79, True),  # of a small line the share counts
        (100_00, 100_00, False),
        (100_00, 140_00, False),
        (0, 0, False),
    ],
)
def test_OPS_16_short_by_more_than_five_dollars_or_two_percent(
    expected: int, allowed: int, short: bool
) -> None:
    found = is_underpaid(Money(expected), Money(allowed), above=Money(5_00), percent=2_00)
    assert found is short


def test_OPS_16_the_share_can_be_left_out() -> None:
    assert not is_underpaid(Money(10_00), Money(6_00), above=Money(5_00), percent=100_00)


def test_OPS_16_the_queue_reads_both_numbers_and_the_row() -> None:
    line = Compared(
        procedure="99213", expected=Money(120_00), allowed=Money(80_00), since=date(2026, 1, 1)
    )
    assert line.words == (
        "99213: the contract since Jan 1, 2026 allows $120.00, the payer allowed $80.00: $40.00 less"
    )
    more = Compared(procedure="99213", expected=ZERO, allowed=Money(80_00), since=date(2026, 1, 1))
    assert more.short == ZERO
