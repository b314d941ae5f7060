"""Find one's visit of today, check in, and leave nothing behind."""

from __future__ import annotations

from uuid import UUID

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from billing.check_in import Step
from billing.transitions import AppointmentStep
from portal.blueprints.kiosk.forms import FindForm, PairForm
from portal.services.appointment_actor import Actor
from portal.services.mark_appointment import mark_appointment
from portal.services.open_kiosk import Seat, Told, close_kiosk, open_kiosk
from portal.services.pair_kiosk import pair_kiosk
from portal.services.record_attempt import ADDRESS, SENDING, Subject, record_attempt
from portal.web.access import kiosk, public
from portal.web.base import gateways
from portal.web.check_in_steps import CheckInAt, show_form, show_overview, show_step
from portal.web.clock import now
from portal.web.kiosks import current_seat, forget_person, keep_token

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")

NOT_FOUND = (
    "We did not find a visit of today with that. Check what you typed, or come to the desk. We are"
    " glad to help."
)
WRONG_CODE = "That code does not work. Ask for a new one at the front desk’s page of tablets."


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """The first page of a tablet: who are you? Of any other browser: what is the code?"""
    seat = current_seat()
    if seat is None:
        return render_template("kiosk/pair.html", form=PairForm(formdata=None))
    if seat.appointment_id is not None:
        return redirect(url_for(".check_in"))
    return render_template("kiosk/start.html", form=FindForm(formdata=None), seat=seat)


@blueprint.post("/pair")
@public
def pair() -> ResponseReturnValue:
    """This browser becomes the tablet."""
    form, keys = PairForm(), gateways().hash_keys
    token = None
    if form.validate_on_submit():
        subjects = [Subject(f"address {request.remote_addr}", ADDRESS)]
        tried = record_attempt(action="pair_kiosk", subjects=subjects, keys=keys, now=now())
        if tried is not None:
            token = pair_kiosk(code=form.code.data or "", keys=keys, now=now())
        if token is None:
            form.code.errors = [WRONG_CODE]
    if token is None:
        return render_template("kiosk/pair.html", form=form)
    return keep_token(make_response(redirect(url_for(".index"), 303)), token)


@blueprint.post("/find")
@kiosk
def find() -> ResponseReturnValue:
    """The visit of whoever stands here; whatever is wrong, the words are the same."""
    form, seat = FindForm(), _seat()
    found: UUID | None = None
    if form.validate_on_submit():
        found = _open(form.told, seat)
        if found is None:
            form.form_errors.append(NOT_FOUND)
    if found is None:
        return render_template("kiosk/start.html", form=form, seat=seat)
    forget_person()  # what the last person's pages could still send
    actor = Actor(None, "kiosk", public_url=gateways().public_url)
    mark_appointment(appointment_id=found, step=AppointmentStep.ARRIVE, actor=actor, now=now())
    return redirect(url_for(".check_in"), 303)


@blueprint.get("/check-in")
@kiosk
def check_in() -> ResponseReturnValue:
    """What is done and what is left."""
    at = _at()
    return show_overview(at, at.page())


@blueprint.route(
    "/check-in/<any(identity, contact, coverage, accident, forms, payment):step>",
    methods=["GET", "POST"],
)
@kiosk
def step(step: str) -> ResponseReturnValue:
    """One step."""
    at = _at()
    return show_step(at, at.page(), Step(step))


@blueprint.route("/check-in/forms/<int:version_id>", methods=["GET", "POST"])
@kiosk
def form(version_id: int) -> ResponseReturnValue:
    """One form."""
    at = _at()
    return show_form(at, at.page(), version_id)


@blueprint.post("/finish")
@kiosk
def finish() -> ResponseReturnValue:
    """The tablet forgets who was there."""
    close_kiosk(kiosk_id=_seat().kiosk_id)
    forget_person()
    flash("Thank you. Please take a seat. We call you.", "done")
    return redirect(url_for(".index"), 303)


def _open(told: Told, seat: Seat) -> UUID | None:
    """Counted for each person that is asked for, too: a hit in between does not wipe what was guessed before."""
    person = f"visit of {told.last_name.casefold()} {told.born_on} at {seat.location_id}"
    tried = record_attempt(
        action="kiosk_find",
        subjects=[Subject(person, SENDING)],
        keys=gateways().hash_keys,
        now=now(),
    )
    return open_kiosk(kiosk_id=seat.kiosk_id, told=told, now=now()) if tried else None


def _seat() -> Seat:
    seat = current_seat()
    if seat is None:
        abort(403)
    return seat


def _at() -> CheckInAt:
    at = _seat().at
    if at is None:
        abort(403)
    return CheckInAt(
        who=at,
        appointment_id=at.appointment_id,
        journey="kiosk",
        frame="kiosk/frame.html",
        finish=url_for(".finish"),
    )
