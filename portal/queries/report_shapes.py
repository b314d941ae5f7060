"""What every report is made of, so that the page, the CSV and the paper say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.money import Money
from portal.queries.paging import Page

Value = Money | Decimal | int | date | str | None


@dataclass(frozen=True, slots=True)
class Percent:
    """A share as it is shown: one decimal, rounded half up; the parts stand beside it."""

    of_thousand: int

    def __str__(self) -> str:
        sign, tenths = ("-" if self.of_thousand < 0 else ""), abs(self.of_thousand)
        return f"{sign}{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `rows` names the figure whose rows stand behind it, empty where there are none to show."""

    value: Value | Percent
    rows: str = ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, Money | Decimal | int | Percent)

    @property
    def text(self) -> str:
        """As people read it."""
        if self.value is None:
            return "–"
        if isinstance(self.value, date):
            return f"{self.value:%b} {self.value.day}, {self.value.year}"
        return f"{self.value:,}" if isinstance(self.value, int | Decimal) else str(self.value)

    @property
    def plain(self) -> str:
        """As a spreadsheet reads it: no sign of currency, no comma between thousands."""
        if isinstance(self.value, Money):
            return plain_money(self.value)
        if isinstance(self.value, Percent):
            return str(self.value).rstrip("%")
        if isinstance(self.value, date):
            return self.value.isoformat()
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under heads; the last row is their sum where `has_total`."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    note: str = ""

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(
            any(row[place].is_number for row in self.rows) for place in range(len(self.heads))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One named row of values of a chart, None where nothing was known."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of what a table beside it says; values are cents, or tenths of what `unit` names."""

    title: str
    kind: str  # bars, line
    unit: str  # money, percent, days, count
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    target: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finality:
    """Whether a report of the day can still change: only into a day that is not closed may anything be posted."""

    as_of: date
    open_days: int  # up to and with the day, since the first entry
    first_open: date | None
    zone: str = "UTC"  # the practice's

    @property
    def starts_at(self) -> datetime:
        """The moment at which the day begins at the practice."""
        return datetime.combine(self.as_of, time(), ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        """The moment at which the day is over at the practice."""
        return datetime.combine(self.as_of + timedelta(days=1), time(), ZoneInfo(self.zone))

    @property
    def final(self) -> bool:
        return not self.open_days

    @property
    def words(self) -> str:
        if self.final or self.first_open is None:
            return "Every day is closed: this does not change."
        days = "1 day is" if self.open_days == 1 else f"{self.open_days} days are"
        return f"May still change: {days} open, the first {Cell(self.first_open).text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What the report adds up to beside what the ledger says."""

    report: Money
    ledger: Money

    @property
    def holds(self) -> bool:
        return self.report == self.ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One other way to look at the report, by the arguments of its address."""

    label: str
    args: dict[str, str]
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report as of one day."""

    key: str
    title: str
    lead: str
    finality: Finality
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    tie: Tie | None = None
    choices: tuple[Choice, ...] = ()
    args: tuple[tuple[str, str], ...] = ()  # of its address, beside the day
    definitions: tuple[tuple[str, str], ...] = ()

    @property
    def as_of(self) -> date:
        return self.finality.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRow:
    """One row behind a figure; what does not apply is empty."""

    day: date | None
    what: str
    amount: Money | None
    counted: bool  # in the numerator, where the figure is a share
    account_id: int | None
    account_number: str
    patient_id: int | None
    patient_name: str
    visit_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The rows behind one figure, a page at a time, with what all of them add up to."""

    title: str
    figure: str
    as_of: date
    count: int
    counted: int
    total: Money | None
    page: Page[DetailRow]


def share(numerator: int, denominator: int) -> Percent | None:
    """Numerator of denominator, in tenths of a percent; None of nothing."""
    if not denominator:
        return None
    return Percent(int(_rounded(Decimal(numerator) * 1000 / Decimal(denominator), "1")))


def ratio(numerator: int, denominator: Decimal | int) -> Decimal | None:
    """Numerator by denominator with one decimal; None by nothing."""
    return _rounded(Decimal(numerator) / Decimal(denominator), "0.1") if denominator else None


def plain_money(amount: Money) -> str:
    """Dollars and cents without signs of currency: -1234.05."""
    sign, cents = ("-" if amount.cents < 0 else ""), abs(amount.cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def cells(*values: Any) -> tuple[Cell, ...]:
    """Cells of plain values, or of (value, rows) pairs."""
    return tuple(Cell(*one) if isinstance(one, tuple) else Cell(one) for one in values)


def month_label(month: date) -> str:
    """`Mar 2026`."""
    return f"{month:%b} {month.year}"


def months_back(on: date, count: int) -> Sequence[date]:
    """First days of the `count` months that end with the month of `on`, the oldest first."""
    last = on.year * 12 + on.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - count + 1, last + 1)]


def end_of_month(day: date) -> date:
    """Its last day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def whole_months(on: date, count: int) -> Sequence[date]:
    """First days of the `count` newest months that are over at the end of the day."""
    tomorrow = on + timedelta(days=1)
    return months_back(tomorrow.replace(day=1) - timedelta(days=1), count)


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
