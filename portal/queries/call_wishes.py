"""What somebody asked about calls on their bills, and who wrote it down: they themselves, or our office (COLL-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.calls import CallWish
from portal.models.identity import Login
from portal.queries.call_standing import newest_wish


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfCalls:
    """What holds now; nothing of it set where nothing was asked."""

    calls_from: time | None = None  # by their own clock
    calls_until: time | None = None
    not_numbers: tuple[str, ...] = ()
    not_at_work: bool = False
    no_calls: bool = False

    @property
    def anything(self) -> bool:
        return self != AskedOfCalls()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfCalls:
    """The same with its day and its writer, for the office."""

    asked: AskedOfCalls
    said_at: datetime
    own: bool  # they wrote it here themselves
    taken_by: str


def asked_of(row: CallWish | None) -> AskedOfCalls:
    """Of the newest row; none is nothing asked."""
    if row is None:
        return AskedOfCalls()
    return AskedOfCalls(
        calls_from=row.calls_from,
        calls_until=row.calls_until,
        not_numbers=tuple(row.not_numbers),
        not_at_work=row.not_at_work,
        no_calls=row.no_calls,
    )


def said_of(row: CallWish | None, login: Login | None) -> SaidOfCalls | None:
    """None where nothing was ever asked."""
    if row is None or login is None:
        return None
    return SaidOfCalls(
        asked=asked_of(row),
        said_at=row.said_at,
        own=login.face == "patient",
        taken_by=login.name or login.email,
    )


def newest_asked(session: Session, account_id: int) -> CallWish | None:
    """The row that holds."""
    return session.scalars(
        select(CallWish).where(CallWish.id == newest_wish(account_id))
    ).one_or_none()
