"""Record that somebody looked over who may sign in as staff, as each quarter asks (ID-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from portal.db import transaction
from portal.models.identity import AccessReview, Login
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act


def review_access(*, by: StaffViewer, now: datetime) -> None:
    """Keep who looked, when, and how many sign-ins were live at that moment."""
    with transaction() as session:
        people = session.scalars(
            select(func.count()).where(Login.face == "staff", Login.active)
        ).one()
        session.add(AccessReview(at=now, reviewer_id=by.login_id, people=people))
        add_staff_act(
            session,
            by,
            action="approve",
            object_type="access_review",
            reason=f"{people} sign-ins",
            now=now,
        )
