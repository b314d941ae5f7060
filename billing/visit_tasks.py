"""What the office has to have done before each visit, and by when (SCH-10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

AHEAD, ESTIMATE_BY, LEAD_TOLD, DECIDE_BY = 3, 2, 2, 1  # business days before the visit
SATURDAY = 5
NOBODY_TOLD, TOLD, DECIDE = 0, 1, 2


class TaskKind(StrEnum):
    """What is to be done."""

    COVERAGE = "coverage"
    REFERRAL = "referral"
    AUTHORISATION = "authorisation"
    ESTIMATE = "estimate"
    CARD = "card"


class Stage(StrEnum):
    """When a coverage is asked about; other tasks have none."""

    NONE = ""
    BOOKING = "booking"
    AHEAD = "ahead"
    DAY = "day"


ESCALATED = frozenset({TaskKind.REFERRAL, TaskKind.AUTHORISATION})


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do by the end of a day."""

    kind: TaskKind
    stage: Stage
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitNeeds:
    """What decides the tasks of a visit."""

    starts_on: date
    booked_on: date
    insured: bool  # a claim is to be filed (NSA-1)
    needs_referral: bool
    needs_authorisation: bool
    may_cost: bool  # somebody may be asked for money
    card_old: bool  # no pictures of both sides within twelve months


def is_business_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def business_days_before(day: date, count: int, holidays: Collection[date]) -> date:
    """The business day that lies so many business days before another."""
    found = day
    while count > 0:
        found -= timedelta(days=1)
        if is_business_day(found, holidays):
            count -= 1
    return found


def tasks_of(needs: VisitNeeds, holidays: Collection[date]) -> tuple[Task, ...]:
    """The tasks of a visit. One that would have been due before it was booked is due the day it was booked."""

    def by(days: int) -> date:
        due = business_days_before(needs.starts_on, days, holidays)
        return min(max(due, needs.booked_on), needs.starts_on)

    found: list[Task] = []
    if needs.insured:
        found.append(Task(TaskKind.COVERAGE, Stage.BOOKING, min(needs.booked_on, needs.starts_on)))
        if by(AHEAD) > needs.booked_on:
            found.append(Task(TaskKind.COVERAGE, Stage.AHEAD, by(AHEAD)))
        if needs.starts_on > needs.booked_on:
            found.append(Task(TaskKind.COVERAGE, Stage.DAY, needs.starts_on))
        if needs.needs_referral:
            found.append(Task(TaskKind.REFERRAL, Stage.NONE, by(AHEAD)))
        if needs.needs_authorisation:
            found.append(Task(TaskKind.AUTHORISATION, Stage.NONE, by(AHEAD)))
        if needs.card_old:
            found.append(Task(TaskKind.CARD, Stage.NONE, by(AHEAD)))
    if needs.may_cost:
        found.append(Task(TaskKind.ESTIMATE, Stage.NONE, by(ESTIMATE_BY)))
    return tuple(found)


def escalation(kind: str, *, starts_on: date, on: date, holidays: Collection[date]) -> int:
    """How far an open referral or authorisation has risen: 1 two business days ahead, 2 the day before.

    At 2 somebody decides: move the visit, pay oneself, or a signed notice (SCH-10).
    """
    if kind not in ESCALATED:
        return NOBODY_TOLD
    if on >= business_days_before(starts_on, DECIDE_BY, holidays):
        return DECIDE
    return TOLD if on >= business_days_before(starts_on, LEAD_TOLD, holidays) else NOBODY_TOLD


def must_override(
    *, insured: bool, verified_on: date | None, starts_on: date, holidays: Collection[date]
) -> bool:
    """Whether somebody may go to a room only by a written reason: no coverage was verified near the visit.

    Verified within the three business days ahead, or on the day, counts (SCH-10).
    """
    if not insured:
        return False
    return verified_on is None or verified_on < business_days_before(starts_on, AHEAD, holidays)
