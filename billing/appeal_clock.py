"""How long a payer can be asked again: appeal clocks by payer and level, filing limits, and when to warn (OPS-4, OPS-5).

A deadline that falls on a Saturday, a Sunday or a holiday is moved to the business day before it. Some rules let the
next business day do; we never count on that.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.money import ZERO, Money

PRESUMED_IN_MAIL = timedelta(days=5)  # Medicare: a notice is received five days after its date
ALERT_DAYS = (30, 14, 7, 1)
FILING_ALERTS = (50, 80)  # percent of the limit
UNKNOWN_CONTRACT_DAYS = 60  # the shortest in common use, until somebody enters the payer's own
_SATURDAY = 5


class PayerType(StrEnum):
    """Whose rules a claim goes by."""

    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID_PLAN = "medicaid_plan"
    TRICARE = "tricare"
    COMMERCIAL = "commercial"


PAYER_TYPE_WORDS: Mapping[PayerType, str] = {
    PayerType.MEDICARE: "Medicare",
    PayerType.MEDICARE_ADVANTAGE: "Medicare Advantage",
    PayerType.MEDICAID_PLAN: "Medicaid plan",
    PayerType.TRICARE: "TRICARE",
    PayerType.COMMERCIAL: "Commercial plan",
}
_FILING_CODES = {  # SBR09
    "MA": PayerType.MEDICARE,
    "MB": PayerType.MEDICARE,
    "16": PayerType.MEDICARE_ADVANTAGE,
    "MC": PayerType.MEDICAID_PLAN,
    "CH": PayerType.TRICARE,
}


class Basis(StrEnum):
    """From which day a clock runs."""

    NOTICE = "notice"  # the date on the decision
    RECEIPT = "receipt"  # when it reached us; presumed five days after its date
    SERVICE = "service"
    PRIMARY_EOB = "primary_eob"  # when the first payer answered


class Limit(StrEnum):
    """What has a last day."""

    FILING = "filing"
    CORRECTED = "corrected"
    APPEAL_1 = "appeal_1"
    APPEAL_2 = "appeal_2"
    APPEAL_3 = "appeal_3"
    APPEAL_4 = "appeal_4"
    APPEAL_5 = "appeal_5"


LIMIT_WORDS: Mapping[Limit, str] = {
    Limit.FILING: "Send the claim",
    Limit.CORRECTED: "Send a corrected claim",
    Limit.APPEAL_1: "First appeal",
    Limit.APPEAL_2: "Second appeal",
    Limit.APPEAL_3: "Third appeal",
    Limit.APPEAL_4: "Fourth appeal",
    Limit.APPEAL_5: "Fifth appeal",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One dated row: what, how long, from when, and since when it is so."""

    what: Limit
    name: str
    days: int
    basis: Basis
    source: str
    since: date = date(1900, 1, 1)
    at_least: Money = ZERO  # amount in controversy
    years: int = 0  # calendar years instead of days
    assumed: bool = False  # nobody entered this payer's own limit yet


_2026 = date(2026, 1, 1)
_MEDICARE = (
    Clock(Limit.FILING, "Claim", 0, Basis.SERVICE, "42 CFR 424.44", years=1),
    Clock(Limit.APPEAL_1, "Redetermination", 120, Basis.RECEIPT, "42 CFR 405.942"),
    Clock(Limit.APPEAL_2, "Reconsideration", 180, Basis.RECEIPT, "42 CFR 405.962"),
    Clock(
        Limit.APPEAL_3,
        "Hearing before a judge (ALJ)",
        60,
        Basis.RECEIPT,
        "42 CFR 405.1014",
        since=_2026,
        at_least=Money(200_00),
    ),
    Clock(Limit.APPEAL_4, "Appeals Council", 60, Basis.RECEIPT, "42 CFR 405.1102"),
    Clock(
        Limit.APPEAL_5,
        "Federal court",
        60,
        Basis.RECEIPT,
        "42 CFR 405.1130",
        since=_2026,
        at_least=Money(1_960_00),
    ),
)
_CONTRACT = "no contract entered: the shortest in common use"
BUILT_IN: Mapping[PayerType, Sequence[Clock]] = {
    PayerType.MEDICARE: _MEDICARE,
    PayerType.MEDICARE_ADVANTAGE: (
        Clock(Limit.APPEAL_1, "Plan reconsideration", 60, Basis.NOTICE, "42 CFR 422.582"),
        Clock(Limit.APPEAL_2, "Second plan review", 60, Basis.NOTICE, _CONTRACT, assumed=True),
    ),
    PayerType.MEDICAID_PLAN: (
        Clock(Limit.APPEAL_1, "Plan appeal", 60, Basis.NOTICE, "42 CFR 438.402"),
        Clock(Limit.APPEAL_2, "State fair hearing", 120, Basis.NOTICE, "42 CFR 438.408"),
    ),
    PayerType.TRICARE: (
        Clock(Limit.FILING, "Claim", 0, Basis.SERVICE, "32 CFR 199.7", years=1),
        Clock(Limit.APPEAL_1, "Reconsideration", 90, Basis.NOTICE, "32 CFR 199.10"),
    ),
    PayerType.COMMERCIAL: (
        Clock(
            Limit.APPEAL_1,
            "First appeal",
            UNKNOWN_CONTRACT_DAYS,
            Basis.NOTICE,
            _CONTRACT,
            assumed=True,
        ),
        Clock(
            Limit.APPEAL_2,
            "Second appeal",
            UNKNOWN_CONTRACT_DAYS,
            Basis.NOTICE,
            _CONTRACT,
            assumed=True,
        ),
    ),
}
APPEAL_LEVELS = (
    Limit.APPEAL_1,
    Limit.APPEAL_2,
    Limit.APPEAL_3,
    Limit.APPEAL_4,
    Limit.APPEAL_5,
)


def payer_type(filing_code: str) -> PayerType:
    """By SBR09; what it does not tell is commercial, with the payer's own contract."""
    return _FILING_CODES.get(filing_code, PayerType.COMMERCIAL)


def clock_for(
    what: Limit, kind: PayerType, own: Sequence[Clock], *, on: date, at_stake: Money
) -> Clock | None:
    """The row in force on a day: the payer's own first, else the built-in one of its type.

    Of the payer's own the latest that has begun counts. None: there is no such level, no limit that we know, or too
    little money is at stake for it.
    """
    ours = [clock for clock in own if clock.what is what and clock.since <= on]
    found = max(ours, key=lambda clock: clock.since) if ours else None
    if found is None:
        rows = [c for c in BUILT_IN[kind] if c.what is what]
        found = rows[0] if rows else None
    if found is None or at_stake < found.at_least:
        return None
    return found


def deadline(clock: Clock, start: date, holidays: Collection[date] = ()) -> date:
    """The last safe day, from the day that the clock's basis names (the notice's own date for a receipt)."""
    if clock.basis is Basis.RECEIPT:
        start += PRESUMED_IN_MAIL
    last = _years_later(start, clock.years) if clock.years else start + timedelta(days=clock.days)
    while last.weekday() >= _SATURDAY or last in holidays:
        last -= timedelta(days=1)
    return last


def alert_step(last_day: date, on: date) -> int | None:
    """The closest warning that is due: 30, 14, 7 or 1 days before, 0 once the day is over; None before all of them."""
    left = (last_day - on).days
    if left < 0:
        return 0
    return min((days for days in ALERT_DAYS if left <= days), default=None)


def filing_step(start: date, last_day: date, on: date) -> int | None:
    """How much of the time to file is gone, as a warning: 50 or 80 percent, 100 once it is over; None before."""
    if on > last_day:
        return 100
    whole, gone = (last_day - start).days, (on - start).days
    return max((p for p in FILING_ALERTS if whole > 0 and gone * 100 >= whole * p), default=None)


def _years_later(start: date, years: int) -> date:
    """The same day so many years later; a leap day gives the day before."""
    year = start.year + years
    return date(year, start.month, min(start.day, calendar.monthrange(year, start.month)[1]))
