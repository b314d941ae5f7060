"""A year's income from what somebody is paid and how often, with the sum written out (FA-1, FA-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from billing.money import Money, total_of


class Period(StrEnum):
    """How often the amount comes."""

    WEEKLY = "weekly"
    EVERY_TWO_WEEKS = "every_two_weeks"
    TWICE_A_MONTH = "twice_a_month"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Source(StrEnum):
    """Where it comes from, before tax."""

    WAGES = "wages"
    SELF_EMPLOYED = "self_employed"
    SOCIAL_SECURITY = "social_security"
    UNEMPLOYMENT = "unemployment"
    PENSION = "pension"
    VETERANS = "veterans"
    SUPPORT = "support"
    OTHER = "other"


TIMES = {
    Period.WEEKLY: 52,
    Period.EVERY_TWO_WEEKS: 26,
    Period.TWICE_A_MONTH: 24,
    Period.MONTHLY: 12,
    Period.YEARLY: 1,
}
PERIOD_WORDS = {
    Period.WEEKLY: "each week",
    Period.EVERY_TWO_WEEKS: "every two weeks",
    Period.TWICE_A_MONTH: "twice a month",
    Period.MONTHLY: "each month",
    Period.YEARLY: "each year",
}
SOURCE_WORDS = {
    Source.WAGES: "Pay from a job",
    Source.SELF_EMPLOYED: "Own business",
    Source.SOCIAL_SECURITY: "Social Security or SSI",
    Source.UNEMPLOYMENT: "Unemployment pay",
    Source.PENSION: "Pension",
    Source.VETERANS: "Veterans’ benefits",
    Source.SUPPORT: "Child support or alimony",
    Source.OTHER: "Other income",
}


@dataclass(frozen=True, slots=True)
class Income:
    """One source."""

    source: Source
    period: Period
    amount: Money

    @property
    def in_year(self) -> Money:
        return Money(self.amount.cents * TIMES[self.period])

    @property
    def sum_words(self) -> str:
        """`$500.00 × 52 = $26,000.00`."""
        return f"{self.amount} × {TIMES[self.period]} = {self.in_year}"


def year_of(incomes: Iterable[Income]) -> Money:
    """All of them together, in twelve months."""
    return total_of(one.in_year for one in incomes)
