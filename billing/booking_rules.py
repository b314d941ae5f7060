"""The practice's policy of booking, and what it means at a moment: canceling, missing, fees, who is new (SCH-3..7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from billing.money import ZERO, Money

NEW_AFTER_YEARS = 3
MISSED_WITHIN_MONTHS = 12


class CoverageIntent(StrEnum):
    """How somebody wants a visit covered, asked at every booking (NSA-1)."""

    INSURANCE = "insurance"
    SELF_PAY = "self_pay"  # no plan at all
    DO_NOT_FILE = "do_not_file"  # has one, and does not want a claim filed


class PayerClass(StrEnum):
    """Whose rules a fee has to keep."""

    COMMERCIAL = "commercial"
    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    NONE = "none"


# SBR09 of a claim: what kind of plan it was filed with.
_CLASSES = {
    "MC": PayerClass.MEDICAID,
    "MA": PayerClass.MEDICARE,
    "MB": PayerClass.MEDICARE,
    "16": PayerClass.MEDICARE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the practice books; what nobody has set is as the software comes."""

    self_booking: str = "book"  # book, view, off
    cancel_hours: int = 24
    hold_minutes: int = 5
    no_show_minutes: int = 15
    no_show_limit: int = 3
    no_show_fee: Money = ZERO
    offer_batch: int = 1
    offer_minutes: int = 30
    offer_minutes_far: int = 120
    reminder_days: tuple[int, ...] = (7, 3, 1)
    check_in_days: int = 3


def payer_class(filing_codes: Sequence[str]) -> PayerClass:
    """The strictest class among a person's coverages, by the filing codes of their claims."""
    found = {_CLASSES.get(code, PayerClass.COMMERCIAL) for code in filing_codes}
    for one in (PayerClass.MEDICAID, PayerClass.MEDICARE, PayerClass.COMMERCIAL):
        if one in found:
            return one
    return PayerClass.NONE


def may_cancel_self(starts_at: datetime, policy: Policy, now: datetime) -> bool:
    """Whether a patient may still cancel or move it alone: until so many hours before, to the minute (SCH-5)."""
    return starts_at - now >= timedelta(hours=policy.cancel_hours)


def is_late_cancel(starts_at: datetime, policy: Policy, now: datetime) -> bool:
    """Whether canceling now counts as late, when the patient asks the office to do it (SCH-5)."""
    return not may_cancel_self(starts_at, policy, now)


def is_no_show(starts_at: datetime, now: datetime, policy: Policy) -> bool:
    """Whether somebody who has not arrived is missed by now (SCH-7)."""
    return now - starts_at >= timedelta(minutes=policy.no_show_minutes)


def no_show_fee(payer: PayerClass, policy: Policy) -> Money:
    """What a missed visit costs: never anything with Medicaid (42 CFR 447.15); else the one policy for all (SCH-6)."""
    return ZERO if payer is PayerClass.MEDICAID else policy.no_show_fee


def must_call(missed: int, policy: Policy) -> bool:
    """Whether so many missed visits in twelve months mean that somebody calls; nobody is ever blocked (SCH-7)."""
    return policy.no_show_limit > 0 and missed >= policy.no_show_limit


def missed_since(on: date) -> date:
    """The first day whose missed visits still count."""
    return _years_before(on, MISSED_WITHIN_MONTHS // 12)


def is_new_patient(last_seen_on: date | None, today: date) -> bool:
    """Whether nobody of the specialty has seen them within three years (SCH-3)."""
    return last_seen_on is None or last_seen_on < _years_before(today, NEW_AFTER_YEARS)


def months_old(born_on: date, on: date) -> int:
    """Whole months of age on a day."""
    return (on.year - born_on.year) * 12 + on.month - born_on.month - (on.day < born_on.day)


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # the 29th of February
        return on.replace(year=on.year - years, day=28)
