"""Accounting of disclosures (HIPAA-11): what must be counted, how long, and when an answer is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEARS = 6
ANSWER_WITHIN = timedelta(days=60)
EXTENDED_BY = timedelta(days=30)
FREE_EVERY = timedelta(days=365)


class Authority(StrEnum):
    """Under which rule it was told. Treatment, payment, operations and what the patient signed for are not counted."""

    LAW = "law"
    COURT = "court"
    PUBLIC_HEALTH = "public_health"
    OVERSIGHT = "oversight"
    POLICE = "police"
    ABUSE = "abuse"
    THREAT = "threat"
    RESEARCH = "research"
    WORKERS = "workers"
    MISTAKE = "mistake"


AUTHORITY_WORDS: Mapping[Authority, str] = {
    Authority.LAW: "Required by a law",
    Authority.COURT: "A court’s order, or a subpoena",
    Authority.PUBLIC_HEALTH: "Public health",
    Authority.OVERSIGHT: "An agency that oversees health care",
    Authority.POLICE: "Police, or a coroner",
    Authority.ABUSE: "Report of abuse or neglect",
    Authority.THREAT: "To avert a serious threat",
    Authority.RESEARCH: "Research without the patient’s signature",
    Authority.WORKERS: "Workers’ compensation",
    Authority.MISTAKE: "By mistake",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One request for an accounting: its last day, and whether it costs nothing."""

    due_on: date
    free: bool


def clock_of(*, asked_on: date, earlier: Iterable[date], extended: bool) -> Clock:
    """60 days, once 30 more with a letter; the first within twelve months is free."""
    due_on = asked_on + ANSWER_WITHIN + (EXTENDED_BY if extended else timedelta())
    free = not any(asked_on - FREE_EVERY < one <= asked_on for one in earlier)
    return Clock(due_on, free)


def counted_since(asked_on: date) -> date:
    """The first day that an accounting of this day reaches back to: six years."""
    try:
        return asked_on.replace(year=asked_on.year - YEARS)
    except ValueError:  # February 29
        return asked_on.replace(year=asked_on.year - YEARS, day=28)
