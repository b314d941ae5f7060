"""A manager changes how the practice books: a new row each time, and none is edited."""

from __future__ import annotations

from datetime import datetime

from billing.booking_rules import Policy
from portal.db import transaction
from portal.models.calendar import BookingPolicy
from portal.queries.viewer import StaffViewer
from portal.services.check_may_set import check_may_set
from portal.services.record_access import add_staff_act


def set_booking_policy(*, staff: StaffViewer, policy: Policy, now: datetime) -> int:
    """It counts from now on; its number. Raises CannotSetCalendar."""
    check_may_set(staff)
    with transaction() as session:
        row = BookingPolicy(
            self_booking=policy.self_booking,
            cancel_hours=policy.cancel_hours,
            hold_minutes=policy.hold_minutes,
            no_show_minutes=policy.no_show_minutes,
            no_show_limit=policy.no_show_limit,
            no_show_fee=policy.no_show_fee,
            offer_batch=policy.offer_batch,
            offer_minutes=policy.offer_minutes,
            offer_minutes_far=policy.offer_minutes_far,
            reminder_days=list(policy.reminder_days),
            check_in_days=policy.check_in_days,
            made_by_id=staff.login_id,
            made_at=now,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session, staff, action="update", object_type="booking_policy", object_id=row.id, now=now
        )
        return row.id
