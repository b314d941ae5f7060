"""When one person may act for another, and in what: the rules of proxies (HIPAA-9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ADULT_YEARS = 18
TEEN_YEARS = 12  # from then on a visit can be kept from the parents
MONTHS_AT_MOST = 24
MONTHS_OFFERED = (3, 6, 12, 24)
MONTHS_BY_DEFAULT = 12


class ProxyScope(StrEnum):
    """What a proxy may do. `FULL` is all of it; nobody pays what they may not see."""

    BILLS = "bills"
    PAY = "pay"
    BOOK = "book"
    INSURANCE = "insurance"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts that decide whether a grant opens its patient's account today."""

    accepted: bool
    ended: bool
    ends_on: date  # the first day without access
    of_minor: bool  # given by the office to a parent or guardian
    birth_on: date
    confidential: bool  # the patient asked for an account that nobody else reads (STMT-13)
    shared: bool  # others are treated on the account, and it is not the patient's own


def is_live(grant: Standing, on: date) -> bool:
    """Whether the grant opens anything on this day at the practice.

    At 18 a parent's access is over by itself, whatever the row says: a corrected birth date counts at once.
    """
    if not grant.accepted or grant.ended or on >= grant.ends_on or grant.shared:
        return False
    if not grant.of_minor:
        return True
    return not grant.confidential and on < birthday(grant.birth_on, ADULT_YEARS)


def included(scopes: Iterable[str]) -> frozenset[ProxyScope]:
    """Every scope that these bring with them."""
    found = {ProxyScope(scope) for scope in scopes}
    if ProxyScope.FULL in found:
        return frozenset(ProxyScope)
    if ProxyScope.PAY in found:
        found.add(ProxyScope.BILLS)
    return frozenset(found)


def opened(
    scopes: Iterable[str], *, of_minor: bool, birth_on: date, on: date
) -> frozenset[ProxyScope]:
    """What a grant opens on this day: all of it below 12; from then on a parent reads no messages.

    A teenager may write to the office of what the parents are not to know.
    """
    found = included(scopes)
    if of_minor and on >= birthday(birth_on, TEEN_YEARS):
        return found - {ProxyScope.FULL}
    return found


def birthday(birth_on: date, years: int) -> date:
    """The day on which somebody reaches an age; born on a leap day, March 1 of a year without one."""
    try:
        return birth_on.replace(year=birth_on.year + years)
    except ValueError:
        return date(birth_on.year + years, 3, 1)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise AssertionError("every month has a day 28")
