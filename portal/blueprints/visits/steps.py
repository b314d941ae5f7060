"""What the views of visits share: whose visit it is, who acts, the calendar file and its QR code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from flask import abort, url_for
from flask_babel import gettext

from billing.visit_ics import CalendarVisit, visit_ics
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.own_appointments import OwnPerson
from portal.queries.viewer import AccountViewer, GuestViewer
from portal.queries.visit_pages import VisitPage, visit_page, whose_visit
from portal.services.appointment_actor import Actor
from portal.web.access import current_account_viewer
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice


def found_visit(appointment_id: UUID) -> VisitPage:
    """The visit, for those whose it is; 404 to everybody else."""
    page = visit_page(current_account_viewer(), appointment_id, now=now())
    if page is None:
        abort(404)
    return page


def seen_in(visit: AppointmentFacts) -> dict[str, Any]:
    """What the audit trail is told of it."""
    return {
        "accounts": () if visit.account_id is None else (visit.account_id,),
        "patients": () if visit.patient_id is None else (visit.patient_id,),
        "kind": "appointment",
        "id": visit.appointment_id,
    }


def actor(viewer: AccountViewer) -> Actor:
    """Who does it, for the record."""
    public_url = gateways().public_url
    if isinstance(viewer, GuestViewer):
        return Actor(None, "text", public_url=public_url)
    return Actor(viewer.login_id, "portal", viewer.grant_id, public_url)


def person_of(visit: AppointmentFacts) -> OwnPerson:
    """Whose visit it is, as a search for times needs to know."""
    return whose_visit(visit, on=practice_day())


def calendar_file(visit: AppointmentFacts) -> bytes:
    """With the address, since it is fetched behind the sign-in; still without what for and with whom."""
    practice = current_practice()
    page = url_for("visits.visit", appointment_id=visit.appointment_id)
    return visit_ics(
        CalendarVisit(
            visit_id=visit.appointment_id,
            sequence=visit.calendar_sequence,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            zone=visit.zone,
            summary=gettext("Visit at %(practice)s", practice=practice.name),
            organizer=practice.email,
            url=f"{gateways().public_url}{page}",
            place=", ".join(visit.location_lines),
            canceled=visit.state == "canceled",
        ),
        written_at=now(),
    )


def qr_of(visit: AppointmentFacts) -> str:
    """The entry for another phone's calendar, as an image source; drawn here, never by another service."""
    stamp = "%Y%m%dT%H%M%SZ"
    lines = (
        "BEGIN:VEVENT",
        f"SUMMARY:{gettext('Visit at %(practice)s', practice=current_practice().name)}",
        f"DTSTART:{visit.starts_at:{stamp}}",
        f"DTEND:{visit.ends_at:{stamp}}",
        "END:VEVENT",
    )
    code = segno.make("\n".join(lines), micro=False, error="m")
    return str(code.svg_data_uri(scale=4, border=4, light="#fff"))
