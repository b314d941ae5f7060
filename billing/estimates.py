"""Good-faith estimates of who pays without a plan: by when one is due, which bill it is for, and when that lies too far above (NSA-2, NSA-6).

Business days are those of the federal calendar: a practice that closes for a day of its own moves no clock of the law.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from billing.business_days import business_days_after, is_business_day
from billing.money import ZERO, Money

SELF_PAY = frozenset({"self_pay", "do_not_file"})  # NSA-1: no plan, or no claim wanted
FAR, NEAR = 10, 3  # business days from the booking to the visit
WITHIN_FAR, WITHIN_NEAR, WITHIN_ASKED = 3, 1, 3  # business days to give it
TOO_FAR_ABOVE = Money(400_00)  # NSA-6: at this much it may be disputed
DISPUTE_DAYS = 120  # NSA-7: calendar days from the first bill
ANSWER_DAYS, DECISION_DAYS = 10, 30  # NSA-7: business days for our answer, and for the decision
KEPT_YEARS = 6  # NSA-4
VALID_YEARS = 1  # NSA-4: the longest that one estimate may speak for
NOTE_OF_RIGHTS = "2026-11"  # of the words that every estimate carries


def days_ahead(asked_on: date, visit_on: date) -> int:
    """Business days from the day of booking to the day of the visit, which counts."""
    span = (visit_on - asked_on).days
    return sum(is_business_day(asked_on + timedelta(days=day)) for day in range(1, span + 1))


def due_when_booked(booked_on: date, visit_on: date) -> date | None:
    """The last day for the estimate of a booked visit; None when it is so near that none is owed unasked (NSA-2)."""
    ahead = days_ahead(booked_on, visit_on)
    if ahead < NEAR:
        return None
    return business_days_after(booked_on, WITHIN_FAR if ahead >= FAR else WITHIN_NEAR)


def due_when_asked(asked_on: date) -> date:
    """The last day for an estimate that somebody asked for (NSA-2)."""
    return business_days_after(asked_on, WITHIN_ASKED)


def due_when_changed(changed_on: date, visit_on: date) -> date:
    """The last day for a new estimate of a changed visit: a business day later, and one before the visit (NSA-4)."""
    last = visit_on - timedelta(days=1)
    while not is_business_day(last):
        last -= timedelta(days=1)
    return max(changed_on, min(business_days_after(changed_on, 1), last))


def dispute_until(first_bill_on: date) -> date:
    """The last day on which a patient can begin a dispute with the federal agency (NSA-7)."""
    return first_bill_on + timedelta(days=DISPUTE_DAYS)


def dispute_answer_by(notice_on: date) -> date:
    """The last day for what the agency asks of us after its notice of a dispute (NSA-7)."""
    return business_days_after(notice_on, ANSWER_DAYS)


def decision_by(answered_on: date) -> date:
    """When its decision should be here (NSA-7)."""
    return business_days_after(answered_on, DECISION_DAYS)


def keep_until(issued_on: date) -> date:
    """The day until which an estimate is kept (NSA-4)."""
    try:
        return issued_on.replace(year=issued_on.year + KEPT_YEARS)
    except ValueError:  # February 29
        return issued_on.replace(year=issued_on.year + KEPT_YEARS, month=3, day=1)


def valid_since(service_on: date) -> date:
    """The first day on which an estimate without a day can have been given, to speak for services of this one (NSA-4)."""
    try:
        return service_on.replace(year=service_on.year - VALID_YEARS)
    except ValueError:  # February 29
        return service_on.replace(year=service_on.year - VALID_YEARS, month=3, day=1)


@dataclass(frozen=True, slots=True)
class ProviderSum:
    """What one provider billed, beside what the estimate said of them."""

    provider_id: int | None
    billed: Money
    expected: Money

    @property
    def over(self) -> Money:
        return self.billed - self.expected

    @property
    def too_far(self) -> bool:
        return self.over >= TOO_FAR_ABOVE


Part = tuple[int | None, Money]


def compared(billed: Iterable[Part], expected: Iterable[Part]) -> tuple[ProviderSum, ...]:
    """Provider by provider: one who billed less does not make up for another who billed more (NSA-6)."""
    sums: dict[int | None, list[Money]] = defaultdict(lambda: [ZERO, ZERO])
    for place, parts in enumerate((billed, expected)):
        for provider_id, amount in parts:
            sums[provider_id][place] += amount
    return tuple(
        ProviderSum(provider_id, *sums[provider_id])
        for provider_id in sorted(sums, key=lambda one: one or 0)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Which services by whom a bill or an estimate names."""

    codes: frozenset[str]
    providers: frozenset[int | None]


def for_the_same(billed: Told, asked: Mapping[int, Told]) -> int | None:
    """The one estimate that was asked for without a visit and names a service of this bill; None when none does, or several do."""
    found = [one for one, told in asked.items() if told.codes & billed.codes]
    return found[0] if len(found) == 1 else None


def best_fit(billed: Told, estimates: Mapping[int, Told], *, alone: bool) -> int | None:
    """Of the estimates of one day, the one of this bill: by services, then by who gave them; None when two fit alike.

    `alone`: it is the day's only bill, so that the day's only estimate is of it whatever it names.
    """
    if alone and len(estimates) == 1:
        return next(iter(estimates))
    fits = sorted(
        (
            (len(told.codes & billed.codes), len(told.providers & billed.providers), one)
            for one, told in estimates.items()
            if told.codes & billed.codes or told.providers & billed.providers
        ),
        reverse=True,
    )
    if not fits or (len(fits) > 1 and fits[0][:2] == fits[1][:2]):
        return None
    return fits[0][2]
