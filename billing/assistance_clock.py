"""How long each step of an application may take, and how long an award lasts (FA-9, FA-10, COLL-6, COLL-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from billing.due_days import drawn_on, in_month

ACKNOWLEDGE_BUSINESS_DAYS = 2
ASK_WITHIN = timedelta(days=10)  # for what is missing
DECIDE_WITHIN = timedelta(days=21)  # from the day that it is complete
OUTER = timedelta(days=30)
ANSWER_WITHIN = timedelta(days=30)  # what the patient has for what is missing
APPEAL_WITHIN = timedelta(days=30)
BACK = timedelta(days=240)
MONTHS_VALID = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due next, and by when."""

    what: str
    due_on: date

    def late(self, on: date) -> bool:
        return on > self.due_on


def acknowledge_by(received_on: date) -> date:
    """Two business days later; weekends do not count."""
    day = received_on
    for _ in range(ACKNOWLEDGE_BUSINESS_DAYS):
        day = drawn_on(day + timedelta(days=1))
    return day


def next_clock(
    *,
    received_on: date,
    acknowledged: bool,
    complete_on: date | None,
    asked_on: date | None,
    decide_within: timedelta = DECIDE_WITHIN,
) -> Clock:
    """The step that is due next for an application that nobody has decided."""
    if not acknowledged:
        return Clock("Tell them that it came", acknowledge_by(received_on))
    if complete_on is not None:
        return Clock("Decide", complete_on + decide_within)
    if asked_on is not None:
        return Clock("They answer what we asked", asked_on + ANSWER_WITHIN)
    return Clock("Ask for what is missing, or call it complete", received_on + ASK_WITHIN)


def ends_on(effective: date) -> date:
    """The last day of twelve months: the day before the same day of the next year, if it has one."""
    same = in_month(effective.year + 1, effective.month, effective.day)
    return same if same.day < effective.day else same - timedelta(days=1)


def covers_since(received_on: date, back: timedelta = BACK) -> date:
    """Bills first stated on this day or later are covered, though they are older than the application."""
    return received_on - back


def may_appeal(decided_on: date, on: date) -> bool:
    """Thirty days, the last of them included."""
    return on <= decided_on + APPEAL_WITHIN
