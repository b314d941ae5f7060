"""A manager changes the sliding scale from a day on: a new version, and no earlier one is edited (FA-3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select, text

from billing.assistance_scale import Scale, check_scale
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance_decisions import AssistanceScale
from portal.queries.assistance_scale import as_json
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CannotSetScale(Refusal):
    """The day lies behind us, the reason is missing, or the role may not."""

    title = "The scale was not changed"


def set_assistance_scale(
    *, staff: StaffViewer, scale: Scale, effective_from: date, reason: str, now: datetime
) -> int:
    """Keep it, and answer its number. An application is measured by the scale of its own day.

    Raises ScaleRefused where more income could get more, CannotSetScale or CardNumberRefused.
    """
    reason = check_free_text(reason)
    if not staff.may("assistance.policy"):
        raise CannotSetScale("Your role cannot change the scale. Ask a manager.")
    if not reason:
        raise CannotSetScale("Say why it changes: the reason stays with it.")
    check_scale(scale)
    with transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('kindbill.assistance_scale'))"))
        if effective_from < practice_date(session, now):
            raise CannotSetScale("A scale counts from today at the earliest.")
        number = (session.scalar(select(func.max(AssistanceScale.number))) or 0) + 1
        session.add(
            AssistanceScale(
                number=number,
                scale=as_json(scale),
                effective_from=effective_from,
                reason=reason,
                made_by_id=staff.login_id,
                made_at=now,
            )
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="assistance_scale",
            object_id=number,
            reason=reason,
            now=now,
        )
    return number
