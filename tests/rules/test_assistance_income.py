"""FA-1, FA-6: a year's income, with its sum written out."""

import pytest

from billing.assistance_income import (
    PERIOD_WORDS,
    SOURCE_WORDS,
    TIMES,
    Income,
    Period,
    Source,
    year_of,
)
from billing.money import ZERO, Money


@pytest.mark.parametrize(
    ("period", "year"),
    [
        (Period.WEEKLY, 26_000_00),
        (Period.EVERY_TWO_WEEKS, 13_000_00),
        (Period.TWICE_A_MONTH, 12_000_00),
        (Period.MONTHLY, 6_000_00),
        (Period.YEARLY, 500_00),
    ],
)
def test_FA_1_each_period_has_its_number_in_a_year(period: Period, year: int) -> None:
    one = Income(Source.WAGES, period, Money(500_00))
    assert one.in_year == Money(year)
    assert one.sum_words == f"$500.00 × {TIMES[period]} = {Money(year)}"


def test_FA_6_sources_are_summed_and_no_source_is_no_income() -> None:
    assert year_of([]) == ZERO
    both = [
        Income(Source.WAGES, Period.MONTHLY, Money(1_000_00)),
        Income(Source.SUPPORT, Period.WEEKLY, Money(33_33)),
    ]
    assert year_of(both) == Money(12_000_00 + 33_33 * 52)


def test_FA_6_every_choice_has_words() -> None:
    assert set(PERIOD_WORDS) == set(TIMES) == set(Period)
    assert set(SOURCE_WORDS) == set(Source)
