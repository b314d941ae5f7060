"""FA-1, FA-2 and acceptance test 20: the guidelines as printed, and exact comparison at their edges."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import Money
from billing.poverty import (
    GUIDELINES,
    NoGuideline,
    Region,
    ceiling,
    guideline_on,
    hundredths_of_line,
    is_at_most,
    is_late,
    poverty_line,
    region_of,
)

# As published: household of one to eight, then each further person; contiguous, Alaska, Hawaii.
PRINTED = {
    2025: """
        15650 19550 17990
        21150 26430 24320
        26650 33310 30650
        32150 40190 36980
        37650 47070 43310
        43150 53950 49640
        48650 60830 55970
        54150 67710 62300
        5500 6880 6330""",
    2026: """
        15960 19950 18360
        21640 27050 24890
        27320 34150 31420
        33000 41250 37950
        38680 48350 44480
        44360 55450 51010
        50040 62550 57540
        55720 69650 64070
        5680 7100 6530""",
}
# 2026, contiguous: the highest income at 100, 138, 150, 200, 250, 300, 350 and 400 %, in dollars.
PERCENTS = (100, 138, 150, 200, 250, 300, 350, 400)
CEILINGS = """
    15960 22024.80 23940 31920 39900 47880 55860 63840
    21640 29863.20 32460 43280 54100 64920 75740 86560
    27320 37701.60 40980 54640 68300 81960 95620 109280
    33000 45540 49500 66000 82500 99000 115500 132000
    38680 53378.40 58020 77360 96700 116040 135380 154720
    44360 61216.80 66540 88720 110900 133080 155260 177440
    50040 69055.20 75060 100080 125100 150120 175140 200160
    55720 76893.60 83580 111440 139300 167160 195020 222880"""
MID_2026 = date(2026, 6, 1)


def cents(dollars: str) -> Money:
    return Money(int(Fraction(dollars) * 100))


@pytest.mark.parametrize("year", [2025, 2026])
def test_FA_1_every_printed_row_is_the_table(year: int) -> None:
    guideline = next(one for one in GUIDELINES if one.year == year)
    rows = [line.split() for line in PRINTED[year].split("\n") if line.strip()]
    for column, region in enumerate(Region):
        for household, row in enumerate(rows[:8], start=1):
            assert poverty_line(household, region, guideline) == cents(row[column])
        more = cents(rows[8][column])
        assert poverty_line(9, region, guideline) == cents(rows[7][column]) + more
        assert poverty_line(11, region, guideline) == cents(rows[7][column]) + more + more + more


@pytest.mark.parametrize("year", [2025, 2026])
def test_FA_2_each_row_is_the_first_and_so_many_times_the_step(year: int) -> None:
    guideline = next(one for one in GUIDELINES if one.year == year)
    for region in Region:
        first = poverty_line(1, region, guideline).cents
        for household in range(1, 13):
            step = (household - 1) * guideline.more[region].cents
            assert poverty_line(household, region, guideline).cents == first + step


def test_FA_1_the_whole_printed_table_of_ceilings() -> None:
    guideline = guideline_on(MID_2026)
    rows = [line.split() for line in CEILINGS.split("\n") if line.strip()]
    for household, row in enumerate(rows, start=1):
        line = poverty_line(household, Region.CONTIGUOUS, guideline)
        for percent, printed in zip(PERCENTS, row, strict=True):
            assert ceiling(percent, line) == cents(printed)
            assert is_at_most(percent, income=cents(printed), line=line)
            assert not is_at_most(percent, income=cents(printed) + Money(1), line=line)


def test_FA_2_acceptance_20_one_cent_decides() -> None:
    line = poverty_line(1, Region.CONTIGUOUS, guideline_on(MID_2026))
    assert is_at_most(200, income=Money(31_920_00), line=line)
    assert not is_at_most(200, income=Money(31_920_01), line=line)
    assert hundredths_of_line(Money(31_920_00), line) == 200_00
    assert hundredths_of_line(Money(31_920_01), line) == 200_01  # never told as 200.00 %


@pytest.mark.parametrize("household", [0, -1, True])
def test_FA_2_nobody_is_no_household(household: int) -> None:
    with pytest.raises(ValueError, match="at least one person"):
        poverty_line(household, Region.CONTIGUOUS, guideline_on(MID_2026))


def test_FA_1_the_table_in_force_on_the_day_of_application() -> None:
    assert guideline_on(date(2026, 1, 12)).year == 2025
    assert guideline_on(date(2026, 1, 13)).year == 2026
    assert guideline_on(date(2027, 1, 10)).year == 2026
    with pytest.raises(NoGuideline):
        guideline_on(date(2025, 1, 14))


def test_FA_1_a_table_that_should_have_been_replaced_is_told() -> None:
    assert not is_late(date(2027, 1, 31))
    assert is_late(date(2027, 2, 1))


def test_FA_2_territories_use_the_contiguous_table() -> None:
    assert region_of(" ak ") is Region.ALASKA
    assert region_of("HI") is Region.HAWAII
    for state in ("PR", "GU", "VI", "AS", "MP", "DC", "OH", ""):
        assert region_of(state) is Region.CONTIGUOUS


@given(income=st.integers(0, 10**9), household=st.integers(1, 30), percent=st.integers(1, 600))
def test_FA_2_the_comparison_is_that_of_exact_fractions(
    income: int, household: int, percent: int
) -> None:
    line = poverty_line(household, Region.HAWAII, guideline_on(MID_2026))
    exact = Fraction(income, line.cents) * 100
    assert is_at_most(percent, income=Money(income), line=line) == (exact <= percent)
    told = Fraction(hundredths_of_line(Money(income), line), 100)
    assert exact <= told < exact + Fraction(1, 100)
