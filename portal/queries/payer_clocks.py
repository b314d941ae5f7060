"""Until when each payer may be asked: its own limits as entered, else those of its kind (OPS-4, OPS-5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.appeal_clock import (
    APPEAL_LEVELS,
    LIMIT_WORDS,
    Basis,
    Clock,
    Limit,
    clock_for,
    deadline,
    payer_type,
)
from billing.denials import NextAction, may_appeal
from billing.money import Money
from portal.models.denials import PayerDeadline
from portal.queries.among import among
from portal.queries.closed_days import closed_days


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBy:
    """What a deadline depends on."""

    payer_id: int
    filing_code: str
    service_on: date
    noticed_on: date
    at_stake: Money
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """The last safe day for something, and the rule that says so."""

    what: Limit
    name: str
    on: date
    clock: Clock


def own_clocks(session: Session, payer_ids: Collection[int]) -> dict[int, tuple[Clock, ...]]:
    """The limits entered for these payers; a later row of the same day takes the place of an earlier one."""
    rows = session.scalars(
        select(PayerDeadline)
        .where(among(PayerDeadline.payer_id, payer_ids))
        .order_by(PayerDeadline.id)
    )
    found: dict[int, dict[tuple[str, date], Clock]] = defaultdict(dict)
    for row in rows:
        limit = Limit(row.what)
        found[row.payer_id][row.what, row.since] = Clock(
            limit, LIMIT_WORDS[limit], row.days, Basis(row.basis), row.source, since=row.since
        )
    return {payer_id: tuple(clocks.values()) for payer_id, clocks in found.items()}


def last_day(asked: AskedBy, what: Limit, own: Sequence[Clock]) -> LastDay | None:
    """The last day for one thing; None where no limit is known or the level is not open."""
    clock = clock_for(
        what,
        payer_type(asked.filing_code),
        own,
        on=asked.noticed_on,
        at_stake=asked.at_stake,
    )
    if clock is None:
        return None
    start = asked.service_on if clock.basis is Basis.SERVICE else asked.noticed_on
    on = deadline(clock, start, closed_days(start) | closed_days(asked.noticed_on))
    return LastDay(what=what, name=clock.name, on=on, clock=clock)


def next_deadline(
    asked: AskedBy, own: Sequence[Clock], *, level: int, action: NextAction
) -> LastDay | None:
    """By when the next step must be done: the corrected claim where that is the step, else the next appeal."""
    appealable = may_appeal(asked.remarks)
    if level == 0 and (action is NextAction.CORRECT or not appealable):
        corrected = last_day(asked, Limit.CORRECTED, own)
        if corrected is not None:
            return corrected
    if not appealable or level >= len(APPEAL_LEVELS):
        return None
    return last_day(asked, APPEAL_LEVELS[level], own)
