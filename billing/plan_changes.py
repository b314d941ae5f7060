"""What may be agreed anew about a running plan: new terms for a bill that came, and restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.due_days import months_later
from billing.money import ZERO, Money
from billing.plan_standing import PlanStanding
from billing.plans import MOST_INSTALMENTS, Terms, by_budget, by_months

ON_TIME_FOR_RESTART = 3
MOST_RESTARTS = 2
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewTerms:
    """The two ways to take a bill into the plan; each needs a signature (PLAN-15)."""

    same_end: Terms  # as many instalments as are left, each larger
    same_amount: Terms  # no instalment above today's, so it ends later


def owed_anew(standing: PlanStanding) -> Money:
    """What a changed agreement covers: all that is left and not disputed, and what lies outside."""
    return standing.payoff + standing.outside


def take_in(standing: PlanStanding, total: Money) -> NewTerms:
    """Terms that cover so much from the next due day on: usually `owed_anew`, with bills that came since.

    Raises ValueError when nothing is owed.
    """
    if total <= ZERO:
        raise ValueError("nothing is owed that a new agreement could cover")
    left = [row for row in standing.instalments if row.left]
    ahead = [row.due_on for row in left if row.due_on > standing.on]
    first_on = min(ahead, default=months_later(standing.on, 1, standing.on.day))
    usual = max((row.amount for row in left), default=total)
    longer = by_budget(total, usual, ZERO, first_on, first_on.day).instalments
    most = min(MOST_INSTALMENTS, total.cents)
    return NewTerms(
        by_months(total, min(max(1, len(ahead)), most), ZERO, first_on, first_on.day),
        by_months(total, min(longer, most), ZERO, first_on, first_on.day),
    )


class ChangeReason(StrEnum):
    """Why a restart is not the patient's alone."""

    TOO_FEW_ON_TIME = "too_few_on_time"
    RESTARTED_THIS_YEAR = "restarted_this_year"
    RESTARTED_TWICE = "restarted_twice"


def may_restart(
    on: date, *, restarted: Sequence[date], on_time: int, hardship: bool
) -> ChangeReason | None:
    """PLAN-15: once in 12 months, after three instalments on time or a documented hardship, twice in all."""
    if len(restarted) >= MOST_RESTARTS:
        return ChangeReason.RESTARTED_TWICE
    if any(day > on - _YEAR for day in restarted):
        return ChangeReason.RESTARTED_THIS_YEAR
    if on_time < ON_TIME_FOR_RESTART and not hardship:
        return ChangeReason.TOO_FEW_ON_TIME
    return None
