"""How the practice books now: the newest row of its policy, or what the software comes with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.booking_rules import Policy
from portal.db import read_only
from portal.models.calendar import BookingPolicy

_NEWEST = select(BookingPolicy).order_by(BookingPolicy.id.desc()).limit(1)


def booking_policy(session: Session) -> Policy:
    """The policy in force."""
    return policy_of(session.scalar(_NEWEST))


def policy_of(row: BookingPolicy | None) -> Policy:
    """What a row says; none is what the software comes with."""
    if row is None:
        return Policy()
    return Policy(
        self_booking=row.self_booking,
        cancel_hours=row.cancel_hours,
        hold_minutes=row.hold_minutes,
        no_show_minutes=row.no_show_minutes,
        no_show_limit=row.no_show_limit,
        no_show_fee=row.no_show_fee,
        offer_batch=row.offer_batch,
        offer_minutes=row.offer_minutes,
        offer_minutes_far=row.offer_minutes_far,
        reminder_days=tuple(row.reminder_days),
        check_in_days=row.check_in_days,
    )


def policy_in_force() -> Policy:
    """The same, for a page of its own."""
    with read_only() as session:
        return booking_policy(session)
