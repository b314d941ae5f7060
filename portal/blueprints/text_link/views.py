"""The link in a text. Until the code is right no page here knows whose bill it is, or if there is one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.text_link import journey as journeys
from portal.blueprints.text_link import steps
from portal.blueprints.text_link.forms import QuestionsForm, TextCodeForm
from portal.queries.statement_page import newest_statement
from portal.queries.viewer import GuestViewer
from portal.web import guests
from portal.web.access import current_account_viewer, patient_or_guest, public

blueprint = Blueprint("text_link", __name__)


@blueprint.get("/t/<token>")
@public
def tap(token: str) -> ResponseReturnValue:
    """Take the token out of the address; whoever may see the bill anyway goes there, and spends nothing."""
    return _tapped(token)


@blueprint.get("/v/<token>")
@public
def tap_visit(token: str) -> ResponseReturnValue:
    """The same for the link of one booked visit: its form tells what the pages are to say, known or not."""
    return _tapped(token, about="visit")


def _tapped(token: str, about: str = "") -> ResponseReturnValue:
    there = steps.seen_already(token)
    if there is None:
        journeys.begin(token, about)
    response = redirect(there or url_for("text_link.questions"))
    response.headers["Referrer-Policy"] = "no-referrer"  # the address left behind holds the token
    return response


@blueprint.route("/text-link", methods=["GET", "POST"])
@public
def questions() -> ResponseReturnValue:
    """Birth date and ZIP. This page is the same for every link there is or is not."""
    journey, form = journeys.current(), QuestionsForm()
    if journey is None:
        return redirect(url_for("pages.home"))
    if form.validate_on_submit() and (step := steps.match(form, journey)):
        return redirect(url_for(step))
    signed_in = "login_id" in g
    return render_template(
        "text_link/questions.html", form=form, signed_in=signed_in, about=journey.about
    )


@blueprint.route("/text-link/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The six digits; with them the link is used up."""
    journey, form = journeys.current(), TextCodeForm()
    if journey is None or not journey.nonce:
        return redirect(url_for("text_link.questions"))
    if form.validate_on_submit() and (step := steps.open_visit(form, journey)):
        return redirect(url_for(step))
    return render_template("text_link/code.html", form=form)


@blueprint.post("/text-link/new-code")
@public
def new_code() -> ResponseReturnValue:
    """Another code, to the same number; wrong answers so far stay counted (ID-7)."""
    journey, form = journeys.current(), TextCodeForm(formdata=None)
    if journey is None or not journey.nonce:
        return redirect(url_for("text_link.questions"))
    if step := steps.send_code(form, journey):
        return redirect(url_for(step))
    return render_template("text_link/code.html", form=form)


@blueprint.get("/text-link/over")
@public
def over() -> ResponseReturnValue:
    """The link is dead, and how to go on without it."""
    journeys.end()
    return render_template("text_link/over.html")


@blueprint.get("/text-link/arrive")
@patient_or_guest
def arrive() -> ResponseReturnValue:
    """The one visit that the link was of; else the newest statement, or the bills where there is none."""
    viewer = current_account_viewer()
    if isinstance(viewer, GuestViewer) and viewer.appointment_id is not None:
        return redirect(steps.visit_address(viewer.appointment_id))
    number = newest_statement(viewer)
    if number is None:
        return redirect(url_for("overview.home"))
    return redirect(url_for("statements.statement", number=number))


@blueprint.post("/text-link/leave")
@public
def leave() -> ResponseReturnValue:
    """Close it before it ends by itself."""
    guest = g.get("guest")
    about = "visit" if guest and guest.appointment_id else None
    guests.leave()
    return redirect(url_for("text_link.closed", about=about))


@blueprint.get("/text-link/closed")
@public
def closed() -> ResponseReturnValue:
    """It is over."""
    return render_template("text_link/closed.html", about=request.args.get("about", ""))
