"""Where a bill stands, and what comes next on which day, for whoever owes it (STMT-10, COLL-3, COLL-4).

Pure. The days are the first on which a step may come: a payment, a plan, a request for help or a dispute moves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.gate import NOTICE_FROM, Episode
from billing.money import ZERO
from billing.placement import WITH_AGENCY, PlacementState
from billing.statement_calendar import STATEMENTS_FIRST


class Stage(StrEnum):
    """One word for it; a bill is in exactly one."""

    WITH_PLAN = "with_plan"  # a health plan has not answered
    ON_HOLD = "on_hold"  # nothing is asked for now
    NOT_TOLD = "not_told"  # before D0: no statement arrived yet
    TOLD = "told"  # statements go on
    ALL_TOLD = "all_told"  # each statement was sent: a last letter may follow
    NOTICED = "noticed"  # the final notice was sent
    PLACED = "placed"  # an agency speaks for it
    RETURNED = "returned"  # an agency had it, and it is ours again
    IN_PLAN = "in_plan"
    SETTLED = "settled"


NOT_ASKED = {
    "with_insurer": Stage.WITH_PLAN,
    "held": Stage.ON_HOLD,
    "settled": Stage.SETTLED,
}
GIVEN_BACK = frozenset({PlacementState.RECALLED, PlacementState.CLOSED})
OWED = frozenset({Stage.NOT_TOLD, Stage.TOLD, Stage.ALL_TOLD, Stage.NOTICED, Stage.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one bill: `standing` as the overview sorts it, its last placement, and the letter's day."""

    standing: str  # bills, with_insurer, held or settled
    in_plan: bool
    placement: PlacementState | None
    episode: Episode | None  # None where nothing is owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """The final notice of a bill: until when it gives time, and whether it names an agency."""

    sent_on: date
    until: date
    agency: bool


def stage_of(bill: Standing) -> Stage:
    """An agency comes before a hold, since it is whom they would hear from; a hold before every ask."""
    if bill.placement in WITH_AGENCY:
        return Stage.PLACED
    if bill.standing in NOT_ASKED:
        return NOT_ASKED[bill.standing]
    if bill.episode is None or bill.episode.balance <= ZERO:
        return Stage.SETTLED
    if bill.in_plan:
        return Stage.IN_PLAN
    return Stage.RETURNED if bill.placement in GIVEN_BACK else _asked(bill.episode)


def _asked(one: Episode) -> Stage:
    if one.clocks.first_statement_on is None:
        return Stage.NOT_TOLD
    if warned(one) is not None:
        return Stage.NOTICED
    return Stage.ALL_TOLD if len(set(one.statements)) >= STATEMENTS_FIRST else Stage.TOLD


def warned(one: Episode) -> Warned | None:
    """The newest final notice that counts: one before a plan that was lost does not (PLAN-14)."""
    counting = [n for n in one.notices if n.sent_on >= (one.plan_defaulted_on or date.min)]
    if not counting:
        return None
    newest = max(counting, key=lambda n: (n.sent_on, n.deadline_on))
    return Warned(
        sent_on=newest.sent_on, until=newest.deadline_on, agency="placement" in newest.names
    )


def last_letter_from(owing: Sequence[Episode], *, on: date, cycle_days: int) -> date | None:
    """The first day on which a final notice may leave for bills that go together; None while one was never told.

    Ninety days after the latest first statement, without the days on hold, and four statements of each (STMT-10).
    """
    found = on
    for one in owing:
        start = one.clocks.first_statement_on
        if start is None:
            return None
        days = sorted(set(one.statements)) or [start]
        lacking = max(0, STATEMENTS_FIRST - len(set(one.statements)))
        told_by = days[-1] + timedelta(days=cycle_days * lacking)
        counted = start + timedelta(days=one.held_days) + NOTICE_FROM
        found = max(found, told_by, counted)
    return found if owing else None
