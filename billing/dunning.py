"""The calendar of one account: which step towards collecting is due on a day (STMT-10, COLL-3 to COLL-5, FA-8).

Pure. The same facts give the same steps; a step that is on record is never due again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.gate import (
    BEFORE_ACTING,
    NOTICE_FROM,
    OPENS_AFTER,
    Clocks,
    Episode,
    GateFacts,
)
from billing.money import ZERO, Money
from billing.statement_calendar import STATEMENTS_FIRST

SCREEN_FROM = timedelta(days=60)  # asked about help well before the final notice
A_DAY = timedelta(days=1)
CALL_FROM = NOTICE_FROM  # the call goes with the final notice: 30 days before the gate may open


class Step(StrEnum):
    """A step of the calendar, in its order."""

    STATEMENT = "statement"
    SCREENING = "screening"  # for help with bills (FA-8)
    ORAL_ATTEMPT = "oral_attempt"  # a person calls to tell of help (COLL-5)
    FINAL_NOTICE = "final_notice"
    GATE_OPEN = "gate_open"  # somebody may now ask for a placement


# No step that falls to a person is due sooner after the first statement; holds and a state's law only add to it.
EARLIEST = {
    Step.SCREENING: SCREEN_FROM,
    Step.ORAL_ATTEMPT: CALL_FROM,
    Step.FINAL_NOTICE: NOTICE_FROM,
    Step.GATE_OPEN: OPENS_AFTER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One step that is due, and since when."""

    step: Step
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What is on record as taken: days of statements that arrived, and of each other step."""

    statements: tuple[date, ...] = ()
    screened_on: date | None = None
    oral_attempts: tuple[date, ...] = ()
    final_notices: tuple[date, ...] = ()


def due(
    clocks: Clocks,
    balance: Money,
    deliveries: Deliveries,
    as_of: date,
    *,
    held_days: int = 0,
    cycle_days: int = 30,
    since: date | None = None,
    gate_from: date | None = None,
) -> tuple[Due, ...]:
    """What is due on a day for one bill that nothing holds; nothing where nothing is owed.

    `since`: from when on a step counts, where a later bill goes with it. `gate_from`: before it nobody may ask for a
    placement, by the notice or the law of a state. The first statement has no calendar of its own: it goes when a plan
    has answered (STMT-1).
    """
    start = clocks.first_statement_on
    if balance <= ZERO or start is None:
        return ()
    counted, since = start + timedelta(days=held_days), since or start
    found: list[Due] = []
    told = len(set(deliveries.statements))
    if told < STATEMENTS_FIRST and deliveries.statements:
        following = max(deliveries.statements) + timedelta(days=cycle_days)
        found.append(Due(step=Step.STATEMENT, due_on=following))
    taken = {
        Step.SCREENING: () if deliveries.screened_on is None else (deliveries.screened_on,),
        Step.ORAL_ATTEMPT: deliveries.oral_attempts,
    }
    for step, wait in ((Step.SCREENING, SCREEN_FROM), (Step.ORAL_ATTEMPT, CALL_FROM)):
        if not _taken(taken[step], since):
            found.append(Due(step=step, due_on=counted + wait))
    noticed = [day for day in deliveries.final_notices if day >= since + NOTICE_FROM]
    if told >= STATEMENTS_FIRST and not noticed:
        found.append(
            Due(
                step=Step.FINAL_NOTICE,
                due_on=max(counted + NOTICE_FROM, *deliveries.statements),
            )
        )
    if noticed and all(_taken(days, since) for days in taken.values()):
        called = min(day for day in deliveries.oral_attempts if day >= since)
        opens = max(
            counted + OPENS_AFTER,
            min(noticed) + BEFORE_ACTING + A_DAY,  # its last day is over
            called + BEFORE_ACTING,
            gate_from or since,
        )
        found.append(Due(step=Step.GATE_OPEN, due_on=opens))
    return tuple(sorted((d for d in found if d.due_on <= as_of), key=lambda d: d.due_on))


def _taken(days: Collection[date], start: date) -> bool:
    return any(day >= start for day in days)


def bundle_due(facts: GateFacts, as_of: date, *, cycle_days: int = 30) -> tuple[Due, ...]:
    """What is due for bills that go together: by the one that is youngest, and has been told least (COLL-3)."""
    young, owing = facts.youngest, [one for one in facts.episodes if one.balance > ZERO]
    if young is None or not owing:
        return ()
    least = min(owing, key=lambda one: len(set(one.statements)))
    deliveries = Deliveries(
        statements=least.statements,
        screened_on=facts.screened_on,
        oral_attempts=facts.oral_attempts,
        final_notices=_shared_notices(owing),
    )
    balance = sum((one.balance for one in owing), ZERO)
    return due(
        young.clocks,
        balance,
        deliveries,
        as_of,
        held_days=young.held_days,
        cycle_days=cycle_days,
        since=facts.latest_start,
        gate_from=_gate_from(facts, young, owing),
    )


def _gate_from(facts: GateFacts, young: Episode, owing: Sequence[Episode]) -> date | None:
    """The last day that the first notice names is over, and what the law of a state adds is waited for."""
    start, latest = young.clocks.first_statement_on, facts.latest_start
    sent = [day for day in _shared_notices(owing) if latest and day >= latest + NOTICE_FROM]
    if start is None or not sent:
        return None
    named = [n.deadline_on for one in owing for n in one.notices if n.sent_on == min(sent)]
    terms = facts.terms
    waited = start + timedelta(days=young.held_days + terms.wait_days) + A_DAY
    return max(max(named) + A_DAY, min(sent) + timedelta(days=terms.notice_days), waited)


def _shared_notices(episodes: Sequence[Episode]) -> tuple[date, ...]:
    """The days of the notices that every bill of the bundle had."""
    days = [
        {n.sent_on for n in one.notices if n.sent_on >= (one.plan_defaulted_on or date.min)}
        for one in episodes
    ]
    return tuple(sorted(set.intersection(*days))) if days else ()
