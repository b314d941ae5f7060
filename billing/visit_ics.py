"""A visit as a calendar file (RFC 5545): when, and that it is with the practice; what for and with whom stays unsaid.

Sent again with a higher sequence it moves the same entry; canceled, it takes the entry away (RFC 5546).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

PRODUCT = "-//Kindbill//Visits//EN"
REMIND_BEFORE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVisit:
    """What the file says; moments with a zone, `zone` is the wall clock of the place."""

    visit_id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str  # "Visit at Sample Family Health", and no more
    organizer: str = ""  # the practice's e-mail address
    url: str = ""  # of the visit's page, behind the sign-in
    place: str = ""  # only in a file that is fetched behind the sign-in
    canceled: bool = False


def visit_ics(visit: CalendarVisit, *, written_at: datetime) -> bytes:
    """The file, with the zone's own rules in it, so that it is right on every phone and on days of clock changes."""
    zone = ZoneInfo(visit.zone)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if visit.canceled else "PUBLISH")
    event = Event()
    event.add("uid", f"{visit.visit_id}@visits.kindbill")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", written_at)
    event.add("dtstart", visit.starts_at.astimezone(zone))
    event.add("dtend", visit.ends_at.astimezone(zone))
    event.add("summary", visit.summary)
    event.add("status", "CANCELLED" if visit.canceled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if visit.organizer:
        event.add("organizer", vCalAddress(f"mailto:{visit.organizer}"))
    if visit.url:
        event.add("url", visit.url)
    if visit.place:
        event.add("location", visit.place)
    if not visit.canceled:
        event.add_component(_alarm(visit.summary))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm
