"""Nobody goes to a room whose coverage nobody verified, unless somebody writes down why (SCH-10)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.check_in import INSURANCE
from billing.visit_tasks import TaskKind, must_override
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment, AppointmentTask, CoverageCheck
from portal.models.calendar import Location, VisitType
from portal.queries.closed_days import closed_days
from portal.services.refusal import Refusal

WAIVED = "waived"


class NotVerified(Refusal):
    """The hard stop."""

    title = "The coverage is not verified"


def stop_unverified(
    session: Session, *, appointment: Appointment, kind: str, now: datetime
) -> None:
    """Of the hub: raises NotVerified before the room. Never in an emergency (SCH-13)."""
    del now  # what counts is the day of the visit
    if kind != "in_room" or appointment.coverage_intent != INSURANCE:
        return
    if session.get_one(VisitType, appointment.visit_type_id).emergency:
        return
    zone = ZoneInfo(session.get_one(Location, appointment.location_id).time_zone)
    verified_at = session.scalar(
        select(func.max(CoverageCheck.at))
        .join(Coverage, Coverage.id == CoverageCheck.coverage_id)
        .where(Coverage.patient_id == appointment.patient_id, CoverageCheck.result == "active")
    )
    stopped = must_override(
        insured=True,
        verified_on=verified_at.astimezone(zone).date() if verified_at else None,
        starts_on=appointment.starts_on,
        holidays=closed_days(appointment.starts_on),
    )
    if stopped and not _waived(session, appointment):
        raise NotVerified(
            "Nobody has verified the coverage for this visit. Verify it, or write down at the front"
            " desk why the visit goes on without. Nothing was changed."
        )


def _waived(session: Session, appointment: Appointment) -> bool:
    found = select(AppointmentTask.id).where(
        AppointmentTask.appointment_id == appointment.id,
        AppointmentTask.kind == TaskKind.COVERAGE,
        AppointmentTask.state == WAIVED,
    )
    return session.scalar(found.limit(1)) is not None
