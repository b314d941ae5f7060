"""The federal poverty guidelines by year, region and household, compared exactly (FA-1, FA-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.money import Money


class Region(StrEnum):
    """Where a table of its own is published; territories use the contiguous one, by policy."""

    CONTIGUOUS = "contiguous"
    ALASKA = "alaska"
    HAWAII = "hawaii"


_REGIONS = {"AK": Region.ALASKA, "HI": Region.HAWAII}


@dataclass(frozen=True, slots=True)
class Guideline:
    """One year's guidelines. `rows` are households of one to eight; each further person adds `more`.

    `in_force` is the first day on which an application is measured by it.
    """

    year: int
    in_force: date
    source: str
    rows: Mapping[Region, tuple[Money, ...]]
    more: Mapping[Region, Money]


def _dollars(*amounts: int) -> tuple[Money, ...]:
    return tuple(Money(amount * 100) for amount in amounts)


_C, _A, _H = Region.CONTIGUOUS, Region.ALASKA, Region.HAWAII

GUIDELINES: tuple[Guideline, ...] = (
    Guideline(
        2025,
        date(2025, 1, 15),
        "90 FR 5917",
        {
            _C: _dollars(15_650, 21_150, 26_650, 32_150, 37_650, 43_150, 48_650, 54_150),
            _A: _dollars(19_550, 26_430, 33_310, 40_190, 47_070, 53_950, 60_830, 67_710),
            _H: _dollars(17_990, 24_320, 30_650, 36_980, 43_310, 49_640, 55_970, 62_300),
        },
        {_C: Money(5_500_00), _A: Money(6_880_00), _H: Money(6_330_00)},
    ),
    Guideline(
        2026,
        date(2026, 1, 13),
        "91 FR 1797",
        {
            _C: _dollars(15_960, 21_640, 27_320, 33_000, 38_680, 44_360, 50_040, 55_720),
            _A: _dollars(19_950, 27_050, 34_150, 41_250, 48_350, 55_450, 62_550, 69_650),
            _H: _dollars(18_360, 24_890, 31_420, 37_950, 44_480, 51_010, 57_540, 64_070),
        },
        {_C: Money(5_680_00), _A: Money(7_100_00), _H: Money(6_530_00)},
    ),
)


class NoGuideline(ValueError):
    """No table of that day is known."""


def guideline_on(day: date) -> Guideline:
    """The table in force on the day of an application. Raises NoGuideline before the first one."""
    found = [guideline for guideline in GUIDELINES if guideline.in_force <= day]
    if not found:
        raise NoGuideline(f"no poverty guideline is known for {day.isoformat()}")
    return found[-1]


def is_late(day: date) -> bool:
    """Whether a newer table should have been published by then: each year's comes in January."""
    return day >= date(guideline_on(day).year + 1, 2, 1)


def region_of(state: str) -> Region:
    """The region of a postal state; territories and everything unknown use the contiguous table."""
    return _REGIONS.get(state.strip().upper(), Region.CONTIGUOUS)


def poverty_line(household: int, region: Region, guideline: Guideline) -> Money:
    """A year's income at 100 % for so many people. Raises ValueError below one person."""
    if type(household) is not int or household < 1:
        raise ValueError("a household has at least one person")
    rows = guideline.rows[region]
    if household <= len(rows):
        return rows[household - 1]
    extra = household - len(rows)
    return Money(rows[-1].cents + extra * guideline.more[region].cents)


def is_at_most(percent: int, *, income: Money, line: Money) -> bool:
    """Whether a year's income is at or under so many percent of the poverty line; no rounding."""
    return income.cents * 100 <= percent * line.cents


def hundredths_of_line(income: Money, line: Money) -> int:
    """A year's income in hundredths of a percent of the line, rounded up: 200.00 % is never said of more."""
    return -(-income.cents * 100 * 100 // line.cents)


def ceiling(percent: int, line: Money) -> Money:
    """The highest income, in whole cents, that is still at or under so many percent."""
    return Money(percent * line.cents // 100)
