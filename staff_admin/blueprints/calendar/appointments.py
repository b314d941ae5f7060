"""One appointment, and what becomes of it on its day."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.transitions import AppointmentStep
from portal.queries.staff_appointment import AppointmentPage
from portal.services.cancel_appointment import cancel_appointment
from portal.services.confirm_appointment import confirm_appointment
from portal.services.mark_appointment import mark_appointment
from portal.web.access import saw, staff
from portal.web.clock import now
from staff_admin.blueprints.calendar.asked import actor, load_page
from staff_admin.blueprints.calendar.forms import CancelForm, SeenForm
from staff_admin.blueprints.calendar.views import blueprint
from staff_admin.blueprints.show import found, show

MARKED = {
    AppointmentStep.ARRIVE: "Marked as arrived.",
    AppointmentStep.ROOM: "Marked as in the room.",
    AppointmentStep.FINISH: "Marked as done.",
    AppointmentStep.MISS: "Marked as did not come.",
    AppointmentStep.UNDO: "The mark is taken back.",
}
STEPS = {step.value: step for step in MARKED}


@blueprint.get("/appointments/<uuid:appointment_id>")
@staff("calendar.view")
def appointment(appointment_id: UUID) -> str:
    """Its facts, what happened, what was sent, what is missing, and what may be done."""
    return show_appointment(_seen(appointment_id))


@blueprint.post("/appointments/<uuid:appointment_id>/mark/<step>")
@staff("calendar.edit")
def mark(appointment_id: UUID, step: str) -> ResponseReturnValue:
    """Arrived, in the room, done, did not come; or the mark taken back."""
    page, form, wanted = _seen(appointment_id), SeenForm(), found(STEPS.get(step))
    if form.validate_on_submit():
        mark_appointment(
            appointment_id=appointment_id,
            step=wanted,
            actor=actor(),
            now=now(),
            seen_at=form.seen_at,
        )
        flash(MARKED[wanted], "done")
    return _back(page)


@blueprint.post("/appointments/<uuid:appointment_id>/confirm")
@staff("calendar.edit")
def confirm(appointment_id: UUID) -> ResponseReturnValue:
    """They said on the phone that they will come."""
    page = _seen(appointment_id)
    confirm_appointment(appointment_id=appointment_id, actor=actor(), now=now())
    flash("Confirmed.", "done")
    return _back(page)


@blueprint.post("/appointments/<uuid:appointment_id>/cancel")
@staff("calendar.edit")
def cancel(appointment_id: UUID) -> ResponseReturnValue:
    """For the patient, or by us; then three other times are offered."""
    page, form = _seen(appointment_id), CancelForm(prefix="cancel")
    if not form.validate_on_submit():
        return show_appointment(page, cancel=form)
    cancel_appointment(
        appointment_id=appointment_id,
        side=form.side.data,
        reason=form.reason.data,
        actor=actor(),
        now=now(),
        seen_at=form.seen_at,
    )
    flash("Canceled.", "done")
    return redirect(url_for(".appointment", appointment_id=appointment_id))


def show_appointment(page: AppointmentPage, **forms: FlaskForm) -> str:
    """The page with the form that was sent, and the others empty."""
    empty = CancelForm(prefix="cancel", formdata=None, data={"seen": page.seen_at})
    return show("calendar/appointment.html", page=page, **({"cancel": empty} | forms))


def _back(page: AppointmentPage) -> ResponseReturnValue:
    """Where the button was: on the day, or on the appointment's own page."""
    if request.args.get("to") == "day":
        day = page.facts.starts_on.isoformat()
        return redirect(url_for(".index", on=day, location=request.args.get("location", type=int)))
    return redirect(url_for(".appointment", appointment_id=page.facts.appointment_id))


def _seen(appointment_id: UUID) -> AppointmentPage:
    page = load_page(appointment_id)
    saw(accounts=page.accounts, patients=page.patients, kind="appointment", id=appointment_id)
    return page
