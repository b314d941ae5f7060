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

ASKED = "Thank you. You get your estimate within 3 business days."


@blueprint.route("/visits/estimate", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def ask() -> ResponseReturnValue:
    """For whom, and which care."""
    people = booking_people(current_patient(), on=practice_day())
    known = {one.patient_id: one.name for one in people if one.patient_id is not None}
    if not known:
        abort(404)  # a newcomer has no record yet: the office is asked on the phone
    saw(
        patients=tuple(known), kind="estimate", action="ask" if request.method == "POST" else "view"
    )
    form = EstimateForm().offer(known)
    if not form.validate_on_submit():
        return render_template("visits/estimate.html", form=form, several=len(known) > 1)
    viewer, about = current_patient(), form.about.data or ""
    ask_estimate(patient_id=form.who.data, about=about, login_id=viewer.login_id, now=now())
    flash(ASKED, "done")
    return redirect(url_for(".index"), 303)
