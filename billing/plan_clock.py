"""Which letter a plan needs today, and when it may default (PLAN-14, PLAN-16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.plan_standing import PlanStanding
from billing.transitions import PlanState, PlanStep

REMINDER_DAY = 10
SECOND_MISS_DAY = 30
LEAST_CURE = timedelta(days=15)


class PlanLetter(StrEnum):
    """What is written to somebody about a plan of theirs by the calendar."""

    MISSED = "missed"  # the day after
    REMINDER = "reminder"  # day 10, with the way to financial help
    SECOND_MISS = "second_miss"  # day 30, with the day until which it can be cured
    DEFAULTED = "defaulted"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class LetterDue:
    """One letter to write today. `since` names the spell of lateness that it is about."""

    letter: PlanLetter
    since: date
    cure_by: date | None = None


def letter_due(
    standing: PlanStanding, sent: Mapping[tuple[PlanLetter, date], date | None]
) -> LetterDue | None:
    """The letter that is due and not sent; after days without a run, only the furthest of them.

    `sent` maps each letter of the plan, with its spell, to the cure date that it named.
    """
    if standing.state is PlanState.COMPLETED and standing.completed_on:
        done = LetterDue(PlanLetter.COMPLETED, standing.completed_on)
        return None if (done.letter, done.since) in sent else done
    since = standing.past_due_since
    if since is None or not standing.in_good_standing:
        return None
    reached = _furthest(standing, since, sent)
    return None if reached is None or (reached.letter, since) in sent else reached


def _furthest(
    standing: PlanStanding, since: date, sent: Mapping[tuple[PlanLetter, date], date | None]
) -> LetterDue | None:
    days = (standing.on - since).days
    cure_by = sent.get((PlanLetter.SECOND_MISS, since))
    if standing.default_due and cure_by is not None and standing.on > cure_by:
        return LetterDue(PlanLetter.DEFAULTED, since)
    if days >= SECOND_MISS_DAY:
        return LetterDue(PlanLetter.SECOND_MISS, since, standing.on + LEAST_CURE)
    if days >= REMINDER_DAY:
        return LetterDue(PlanLetter.REMINDER, since)
    return LetterDue(PlanLetter.MISSED, since) if days > 0 else None


_S, _T = PlanState, PlanStep
_LIVING = (_S.ACTIVE, _S.PAUSED, _S.IN_GRACE)
_STEPS: Mapping[tuple[PlanState, PlanState], tuple[PlanStep, ...]] = {
    (_S.ACTIVE, _S.IN_GRACE): (_T.FALL_BEHIND,),
    (_S.PAUSED, _S.IN_GRACE): (_T.FALL_BEHIND,),
    (_S.IN_GRACE, _S.ACTIVE): (_T.CATCH_UP,),
    (_S.PAUSED, _S.ACTIVE): (_T.RESUME,),
    (_S.ACTIVE, _S.PAUSED): (_T.PAUSE,),
    (_S.IN_GRACE, _S.PAUSED): (_T.PAUSE,),
    (_S.IN_GRACE, _S.DEFAULTED): (_T.DEFAULT,),
    (_S.COMPLETED, _S.ACTIVE): (_T.REOPEN,),
    (_S.COMPLETED, _S.IN_GRACE): (_T.REOPEN, _T.FALL_BEHIND),
    (_S.COMPLETED, _S.PAUSED): (_T.REOPEN, _T.PAUSE),
    **{(state, _S.COMPLETED): (_T.COMPLETE,) for state in _LIVING},
    **{(state, _S.CANCELED): (_T.CANCEL,) for state in _LIVING},
}


def steps_between(kept: PlanState, found: PlanState) -> tuple[PlanStep, ...]:
    """The steps from the state that was kept to the one that the facts say; none where they agree."""
    return _STEPS.get((kept, found), ())
