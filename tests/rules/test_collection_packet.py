"""What a packet must hold, and how long it counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.collection_packet import NEEDED, Frozen, Part, Standing, lacking, standing
from billing.money import Money

DAY = date(2026, 6, 1)
WHOLE = {part: least for part, (least, _) in NEEDED.items()} | {Part.DECISIONS: 1}


@pytest.mark.parametrize(("part", "rule"), [(part, rule) for part, (_, rule) in NEEDED.items()])
def test_COLL_3_4_5_FA_8_each_part_that_lacks_is_named_by_its_rule(part: Part, rule: str) -> None:
    assert lacking(WHOLE, insured=True) == ()
    assert lacking(WHOLE | {part: NEEDED[part][0] - 1}, insured=True) == (rule,)


def test_CORE_3_only_a_bill_that_a_plan_was_billed_for_needs_its_decision() -> None:
    without = WHOLE | {Part.DECISIONS: 0}
    assert lacking(without, insured=True) == ("CORE-3",)
    assert lacking(without, insured=False) == ()


@pytest.mark.parametrize(
    ("days", "cents", "position", "signed", "expected"),
    [
        (0, 100, 7, False, Standing.TO_SIGN),
        (30, 100, 7, True, Standing.SIGNED),
        (31, 100, 7, True, Standing.EXPIRED),
        (31, 100, 7, False, Standing.EXPIRED),
        (0, 99, 7, True, Standing.CHANGED),
        (0, 100, 8, True, Standing.CHANGED),  # paid and charged back: the same sum, another story
    ],
)
def test_OPS_22_a_packet_counts_thirty_days_and_only_while_nothing_posts(
    days: int, cents: int, position: int, signed: bool, expected: Standing
) -> None:
    packet = Frozen(prepared_on=DAY, balance=Money(100), position=7, is_signed=signed)
    on = DAY + timedelta(days=days)
    assert standing(packet, balance=Money(cents), position=position, on=on) is expected
