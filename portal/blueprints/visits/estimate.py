"""Somebody asks what care will cost, without a visit that is booked (NSA-2, NSA-5)."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.visits.forms import EstimateForm
from portal.blueprints.visits.views import blueprint
from portal.queries.booking_people import booking_people
from portal.services.ask_estimate import ask_estimate
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.practice_day import practice_day

MYSELF = 0  # a sign-in that has no record yet
ASKED = "Thank you. You get your estimate within 3 business days."


@blueprint.route("/visits/estimate", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def ask() -> ResponseReturnValue:
    """For whom, and which care."""
    people = booking_people(current_patient(), on=practice_day())
    known = {one.patient_id or MYSELF: one.name for one in people}
    if not known:
        abort(404)
    asking = "ask" if request.method == "POST" else "view"
    saw(patients={one for one in known if one != MYSELF}, kind="estimate", action=asking)
    form = EstimateForm().offer(known)
    if not form.validate_on_submit():
        return render_template("visits/estimate.html", form=form, several=len(known) > 1)
    viewer, who = current_patient(), form.who.data
    whose = {"newcomer_id": viewer.login_id} if who == MYSELF else {"patient_id": who}
    ask_estimate(**whose, about=form.about.data or "", login_id=viewer.login_id, now=now())
    flash(ASKED, "done")
    return redirect(url_for(".index"), 303)
