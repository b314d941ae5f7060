"""Today's visits by place: mark them, see what is missing, and check people out."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.transitions import AppointmentStep
from portal.queries.front_desk import DeskRow, desk_row, front_desk
from portal.services.appointment_actor import Actor
from portal.services.mark_appointment import mark_appointment
from portal.services.record_coverage_check import override_coverage
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.front_desk.forms import DeskDayForm, OverrideForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("front_desk", __name__, url_prefix="/front-desk")

MARKED = {
    AppointmentStep.ARRIVE: "Marked as arrived.",
    AppointmentStep.ROOM: "Marked as in the room.",
    AppointmentStep.FINISH: "Marked as done.",
    AppointmentStep.MISS: "Marked as did not come.",
    AppointmentStep.UNDO: "The mark is taken back.",
}


@blueprint.get("/")
@staff("desk.view")
def index() -> str:
    """Who comes today, how far they are, and who waits."""
    page = front_desk(request.args.get("location", type=int), on=_day(), now=now())
    saw(patients=page.patient_ids, kind="front_desk")
    return show("front_desk/index.html", page=page, day=DeskDayForm(formdata=None))


@blueprint.post("/go")
@staff("desk.view")
def go() -> ResponseReturnValue:
    """To another day."""
    form, place = DeskDayForm(), request.args.get("location", type=int)
    on = form.on.data.isoformat() if form.validate_on_submit() and form.on.data else None
    return redirect(url_for(".index", location=place, on=on))


@blueprint.post("/<uuid:appointment_id>/mark/<any(arrive, room, finish, miss, undo):step>")
@staff("desk.work")
def mark(appointment_id: UUID, step: str) -> ResponseReturnValue:
    """Arrived, in the room, done, did not come; or the mark taken back."""
    row, wanted = _row(appointment_id), AppointmentStep(step)
    if wanted is AppointmentStep.ROOM and row.stopped:
        return redirect(url_for(".override", appointment_id=appointment_id))
    actor = Actor(current_staff().login_id, "staff", public_url=gateways().public_url)
    mark_appointment(appointment_id=appointment_id, step=wanted, actor=actor, now=now())
    flash(MARKED[wanted], "done")
    if wanted is AppointmentStep.FINISH:
        return redirect(url_for(".check_out", appointment_id=appointment_id))
    return _back(row)


@blueprint.route("/<uuid:appointment_id>/override", methods=["GET", "POST"])
@staff("desk.work")
def override(appointment_id: UUID) -> ResponseReturnValue:
    """The hard stop of an unverified coverage: verify it, or write down why the visit goes on (SCH-10)."""
    row, form = _row(appointment_id), OverrideForm()
    if form.validate_on_submit():
        override_coverage(
            appointment_id=appointment_id,
            reason=form.reason.data or "",
            staff=current_staff(),
            now=now(),
        )
        flash("Written down. You can bring the person to a room now.", "done")
        return _back(row)
    return show("front_desk/override.html", row=row, form=form)


@blueprint.get("/<uuid:appointment_id>/check-out")
@staff("desk.view")
def check_out(appointment_id: UUID) -> str:
    """The visit is over: what is still to pay, and the next visit."""
    return show("front_desk/check_out.html", row=_row(appointment_id))


def _row(appointment_id: UUID) -> DeskRow:
    row = found(desk_row(appointment_id, now=now()))
    patients = () if row.visit.patient_id is None else (row.visit.patient_id,)
    saw(patients=patients, kind="front_desk", id=appointment_id)
    return row


def _back(row: DeskRow) -> ResponseReturnValue:
    day = row.visit.starts_on.isoformat()
    return redirect(url_for(".index", location=row.visit.location_id, on=day))


def _day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None
