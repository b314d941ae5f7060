"""Days that are closed: nothing is posted into them any more (OPS-12).

Whoever posts holds the days still (shared), whoever closes one waits for all of them (alone).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.models.day import DayClose
from portal.services.refusal import Refusal

_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtext('kindbill.days'))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('kindbill.days'))")


class DayClosed(Refusal):
    """The day is closed; corrections go into an open one."""

    title = "This day is closed"


def hold_days(session: Session) -> None:
    """No day is closed or reopened until this transaction ends."""
    session.execute(_SHARED)


def hold_days_alone(session: Session) -> None:
    """Nobody posts until this transaction ends."""
    session.execute(_ALONE)


def closed_days(session: Session, since: date) -> frozenset[date]:
    """The closed days from `since` on."""
    rows = session.scalars(
        select(DayClose.day).where(DayClose.reopened_at.is_(None), DayClose.day >= since)
    )
    return frozenset(rows)


def open_days(session: Session, days: Iterable[date]) -> dict[date, date]:
    """For each day itself, or the first open day after it."""
    wanted = set(days)
    if not wanted:
        return {}
    hold_days(session)
    closed = closed_days(session, min(wanted))
    return {day: _first_open(day, closed) for day in wanted}


def refuse_closed(session: Session, day: date) -> None:
    """Raise DayClosed when the day is."""
    if day in closed_days(session, day):
        raise DayClosed("Nothing was entered. Use an open day, or ask a manager to reopen it.")


def _first_open(day: date, closed: frozenset[date]) -> date:
    while day in closed:
        day += timedelta(days=1)
    return day
