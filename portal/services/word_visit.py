"""The day and the hour of a visit or of an offer, by the clock of the place, short enough for a text (MSG-10)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_texts import VISIT_MISSED, VISITS_REMINDER, WAIT_LIST
from portal.models.calendar import Location
from portal.models.messages import OutboundMessage
from portal.models.waitlist import SlotOpening, WaitlistOffer
from portal.queries.visit_facts import visit_facts

# Where nothing is left that a guest could open: the plain address, behind the sign-in.
VISIT_PAGES = {
    VISITS_REMINDER: "/visits",
    VISIT_MISSED: "/visits/book",
    WAIT_LIST: "/visits/waitlist",
}
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
}
_DAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "es": ["lun", "mar", "mie", "jue", "vie", "sab", "dom"],
}
NOON = 12


def visit_values(session: Session, message: OutboundMessage, *, language: str) -> dict[str, str]:
    """What the message's template may fill in: `day`, `time`, and of an offer until when it stands."""
    if message.waitlist_offer_id is not None:
        return _offer_values(session, message.waitlist_offer_id, language)
    if message.appointment_id is None:
        return {}
    local = visit_facts(session, message.appointment_id).local
    return {"day": weekday(local.date(), language), "time": short_time(local)}


def _offer_values(session: Session, offer_id: int, language: str) -> dict[str, str]:
    offer, starts_at, zone = session.execute(
        select(WaitlistOffer, SlotOpening.starts_at, Location.time_zone)
        .join(SlotOpening, SlotOpening.id == WaitlistOffer.opening_id)
        .join(Location, Location.id == SlotOpening.location_id)
        .where(WaitlistOffer.id == offer_id)
    ).one()
    clock = ZoneInfo(zone)
    local = starts_at.astimezone(clock)
    until = (offer.expires_at or starts_at).astimezone(clock)
    return {
        "day": weekday(local.date(), language),
        "time": short_time(local),
        "next_step": short_time(until),
    }


def weekday(day: date, language: str) -> str:
    """Wed Sep 30, or mie 30 sep: without the accent that GSM-7 lacks."""
    days = _DAYS.get(language, _DAYS["en"])
    return f"{days[day.weekday()]} {short_day(day, language)}"


def short_day(day: date, language: str) -> str:
    """Mar 30, or 30 mar."""
    months = _MONTHS.get(language, _MONTHS["en"])
    month = months[day.month - 1]
    return f"{day.day} {month}" if language == "es" else f"{month} {day.day}"


def short_time(at: datetime) -> str:
    """9:00 am, 12:30 pm, by the clock that the moment is in."""
    return f"{at.hour % NOON or NOON}:{at.minute:02d} {'am' if at.hour < NOON else 'pm'}"
