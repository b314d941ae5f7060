"""What the addresses of the calendar ask for, read leniently: nonsense means the ordinary day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from flask import request

from portal.queries.staff_appointment import AppointmentPage, appointment_page
from portal.queries.staff_calendar import CalendarWish
from portal.services.appointment_actor import Actor
from portal.web.access import current_staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found


def asked_day(name: str = "on") -> date:
    """A day of the address, else today."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return practice_day()


def asked_id(name: str) -> int | None:
    """A number of the address."""
    return request.args.get(name, type=int)


def asked_visit(name: str) -> UUID | None:
    """The id of an appointment in the address."""
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None


def asked_moment(name: str = "at") -> datetime | None:
    """A moment of the address."""
    try:
        return datetime.strptime(request.args.get(name, ""), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def asked_wish() -> CalendarWish:
    """The day or week that is looked at."""
    return CalendarWish(
        on=asked_day(),
        week=request.args.get("week") == "1",
        by_room=request.args.get("by") == "room",
        provider_id=asked_id("provider"),
        location_id=asked_id("location"),
        resource_id=asked_id("room"),
        canceled=request.args.get("canceled") == "1",
    )


def actor() -> Actor:
    """Whoever of the staff does it."""
    return Actor(current_staff().login_id, "staff", public_url=gateways().public_url)


def load_page(appointment_id: UUID) -> AppointmentPage:
    """The appointment; the view writes to the audit trail that it was seen."""
    return found(appointment_page(appointment_id, on=practice_day(), now=now()))
