"""Which Medicare bad debts may be claimed: billed promptly, 120 days of effort, home from the agency (COLL-32)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from billing.medicare_bad_debt import WrittenOff, claimable, effort_days, lacks
from billing.money import ZERO, Money

ANSWERED = date(2026, 1, 5)
GOOD = WrittenOff(
    answered_on=ANSWERED,
    first_bill_on=ANSWERED + timedelta(days=10),
    paid_on=None,
    written_off_on=ANSWERED + timedelta(days=130),
    with_agency=False,
    left=Money(5000),
    share=Money(4000),
)


def test_COLL_32_what_lacks_nothing_may_be_claimed_up_to_deductible_and_coinsurance():
    assert (lacks(GOOD), effort_days(GOOD)) == ((), 120)
    assert claimable(GOOD) == Money(4000)
    assert claimable(replace(GOOD, left=Money(3000))) == Money(3000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answered_on": None}, "no answer"),
        ({"first_bill_on": None}, "no first bill"),
        ({"first_bill_on": ANSWERED + timedelta(days=121)}, "121 days after"),
        ({"written_off_on": ANSWERED + timedelta(days=129)}, "119 days of effort"),
        ({"paid_on": ANSWERED + timedelta(days=11)}, "119 days of effort"),
        ({"with_agency": True}, "agency still has it"),
        ({"share": ZERO}, "no deductible"),
        ({"left": ZERO}, "came back"),
    ],
)
def test_COLL_32_each_gap_is_named_and_nothing_is_claimed(change, words):
    one = replace(GOOD, **change)
    assert any(words in gap for gap in lacks(one))
    assert claimable(one) == ZERO


def test_COLL_32_the_120th_day_after_the_answer_is_in_time():
    first = ANSWERED + timedelta(days=120)
    one = replace(GOOD, first_bill_on=first, written_off_on=first + timedelta(days=120))
    assert lacks(one) == ()
