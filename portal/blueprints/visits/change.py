"""Moving and canceling a visit by oneself, until so many hours before it; after that the office helps (SCH-5)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from billing.who_may_book import WHY_WORDS
from portal.blueprints.visits.forms import CancelForm
from portal.blueprints.visits.search import Where, asked, hold_id, show_taken, show_times, wanted
from portal.blueprints.visits.steps import actor, found_visit, person_of, seen_in
from portal.blueprints.visits.views import blueprint
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.booking_fit import unfit
from portal.queries.own_holds import hold_of_browser
from portal.queries.viewer import GuestViewer
from portal.queries.visit_pages import VisitPage
from portal.services.appointment_actor import CannotBook, SlotTaken
from portal.services.cancel_appointment import cancel_appointment
from portal.services.hold_slot import Holder, Start, hold_slot
from portal.services.move_appointment import move_appointment
from portal.web.access import current_account_viewer, patient_or_guest, saw
from portal.web.clock import now
from portal.web.held_time import holder_hash, slow_down_holders
from portal.web.languages import language
from portal.web.practice_day import practice_day_of

MOVED = "Your visit has a new time."
CANCELED = "Your visit is canceled."


@blueprint.get("/visits/<uuid:appointment_id>/move")
@patient_or_guest(scope=ProxyScope.BOOK)
def move(appointment_id: UUID) -> ResponseReturnValue:
    """Other times of the same kind of visit; the visit stays where it is until one is confirmed."""
    page = _visit(appointment_id)
    if not page.changeable:
        return _by_phone(page)
    search = replace(asked(), kind_id=page.visit.visit_type_id)
    return show_times(search, _where(page.visit), person_of(page.visit))


@blueprint.post("/visits/<uuid:appointment_id>/move/hold")
@patient_or_guest(scope=ProxyScope.BOOK)
def move_hold(appointment_id: UUID) -> ResponseReturnValue:
    """Keep the other time while they look at both."""
    page, held = _visit(appointment_id), hold_id()
    if not page.changeable:
        return _by_phone(page)
    visit, person = page.visit, person_of(page.visit)
    start = wanted(visit.visit_type_id)
    slow_down_holders()
    why = unfit(
        person,
        visit_type_id=start.visit_type_id,
        provider_id=start.provider_id,
        on=practice_day_of(start.starts_at),
    )
    if why:
        raise CannotBook(WHY_WORDS[why[0]])
    try:
        hold_slot(
            appointment_id=held,
            start=start,
            holder=_holder(visit),
            now=now(),
            moving=appointment_id,
        )
    except SlotTaken as refused:
        return show_taken(start, _where(visit), person, refused)
    return redirect(url_for(".confirm_move", appointment_id=appointment_id, hold_id=held), 303)


@blueprint.route("/visits/<uuid:appointment_id>/move/<uuid:hold_id>", methods=["GET", "POST"])
@patient_or_guest(scope=ProxyScope.BOOK)
def confirm_move(appointment_id: UUID, hold_id: UUID) -> ResponseReturnValue:
    """The old time and the new one, and the button."""
    page = _visit(appointment_id)
    held = hold_of_browser(hold_id, holder_hash=holder_hash())
    if held is None or held.visit_type_id != page.visit.visit_type_id:
        abort(404)
    if request.method != "POST":
        return render_template(
            "visits/move.html", page=page, visit=page.visit, held=held, tongue=language()
        )
    against = unfit(
        person_of(page.visit),
        visit_type_id=held.visit_type_id,
        provider_id=held.provider_id,
        on=held.starts_on,
    )
    if against:  # a hold may come from a page that did not know who it is for
        raise CannotBook(WHY_WORDS[against[0]])
    try:
        move_appointment(
            appointment_id=appointment_id,
            hold_id=hold_id,
            actor=actor(current_account_viewer()),
            now=now(),
        )
    except SlotTaken as refused:
        return show_taken(_start(held), _where(page.visit), person_of(page.visit), refused)
    flash(MOVED, "done")
    return redirect(url_for(".visit", appointment_id=appointment_id), 303)


@blueprint.route("/visits/<uuid:appointment_id>/cancel", methods=["GET", "POST"])
@patient_or_guest(scope=ProxyScope.BOOK)
def cancel(appointment_id: UUID) -> ResponseReturnValue:
    """Why, and the button. Too late for that, the page says whom to call, and the visit stays."""
    page, form = _visit(appointment_id), CancelForm()
    if not page.changeable:
        return _by_phone(page)
    if form.validate_on_submit():
        cancel_appointment(
            appointment_id=appointment_id,
            side="patient",
            reason=form.reason.data,
            actor=actor(current_account_viewer()),
            now=now(),
        )
        flash(CANCELED, "done")
        return redirect(url_for(".visit", appointment_id=appointment_id), 303)
    return render_template("visits/cancel.html", page=page, visit=page.visit, form=form)


def _by_phone(page: VisitPage) -> ResponseReturnValue:
    if not page.ahead:
        return redirect(url_for(".visit", appointment_id=page.visit.appointment_id))
    return render_template("visits/too_late.html", page=page, visit=page.visit)


def _where(visit: AppointmentFacts) -> Where:
    here = url_for(".move", appointment_id=visit.appointment_id)
    return Where(
        here=here,
        hold=url_for(".move_hold", appointment_id=visit.appointment_id),
        back=(url_for(".visit", appointment_id=visit.appointment_id), "Your visit"),
        moving=visit.appointment_id,
    )


def _holder(visit: AppointmentFacts) -> Holder:
    viewer = current_account_viewer()
    return Holder(
        patient_id=visit.patient_id,
        newcomer_id=visit.newcomer_id,
        login_id=None if isinstance(viewer, GuestViewer) else viewer.login_id,
        holder_hash=holder_hash(),
    )


def _start(held: AppointmentFacts) -> Start:
    return Start(
        visit_type_id=held.visit_type_id,
        provider_id=held.provider_id,
        location_id=held.location_id,
        starts_at=held.starts_at,
    )


def _visit(appointment_id: UUID) -> VisitPage:
    page = found_visit(appointment_id)
    saw(**seen_in(page.visit))
    return page
