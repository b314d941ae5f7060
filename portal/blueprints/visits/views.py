"""Somebody's visits: the list, one visit with all that helps to get there, and its calendar file."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.visits.search import offered_instead
from portal.blueprints.visits.steps import actor, calendar_file, found_visit, qr_of, seen_in
from portal.queries.own_estimates import estimate_of_visit
from portal.queries.visit_pages import VisitPage, visits_page
from portal.services.confirm_appointment import confirm_appointment
from portal.web.access import (
    current_account_viewer,
    current_patient,
    patient,
    patient_or_guest,
    saw,
)
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day

CONFIRMED = "Thank you. We know that you are coming."

blueprint = Blueprint("visits", __name__)


@blueprint.get("/visits")
@patient(scope=ProxyScope.BOOK)
def index() -> ResponseReturnValue:
    """What is ahead, the next one first, and what is over."""
    page = visits_page(current_patient(), now=now())
    saw(patients=page.patient_ids, kind="appointments")
    return render_template("visits/index.html", page=page, tongue=language())


@blueprint.get("/visits/<uuid:appointment_id>")
@patient_or_guest(scope=ProxyScope.BOOK)
def visit(appointment_id: UUID) -> ResponseReturnValue:
    """When, where, with whom, how to prepare, and what can be done about it."""
    page = _visit(appointment_id)
    return render_template(
        "visits/visit.html",
        page=page,
        visit=page.visit,
        tongue=language(),
        qr=qr_of(page.visit),
        today=practice_day(),
        estimate=estimate_of_visit(current_account_viewer(), appointment_id),
        **offered_instead(page.visit),
    )


@blueprint.get("/visits/<uuid:appointment_id>/visit.ics")
@patient_or_guest(scope=ProxyScope.BOOK)
def calendar(appointment_id: UUID) -> ResponseReturnValue:
    """The visit for somebody's own calendar; canceled, it takes the entry out again."""
    page: VisitPage = _visit(appointment_id)
    if page.visit.state not in {"booked", "arrived", "in_room", "canceled"}:
        abort(404)
    return Response(
        calendar_file(page.visit),
        mimetype="text/calendar",
        headers={"Content-Disposition": "attachment; filename=visit.ics"},
    )


@blueprint.post("/visits/<uuid:appointment_id>/confirm")
@patient_or_guest(scope=ProxyScope.BOOK)
def confirm(appointment_id: UUID) -> ResponseReturnValue:
    """One press: they are coming."""
    _visit(appointment_id)
    confirm_appointment(
        appointment_id=appointment_id, actor=actor(current_account_viewer()), now=now()
    )
    flash(CONFIRMED, "done")
    return redirect(url_for(".visit", appointment_id=appointment_id), 303)


def _visit(appointment_id: UUID) -> VisitPage:
    page = found_visit(appointment_id)
    saw(**seen_in(page.visit))
    return page
