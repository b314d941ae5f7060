"""Find my record: what finds it, then the code from the contact on file (ID-2)."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.linking import steps
from portal.blueprints.linking.forms import FindForm, LinkCodeForm
from portal.queries.linking import open_request
from portal.queries.profile import profile_page
from portal.queries.viewer import OWN_ONLY
from portal.services.prove_link import Outcome
from portal.web.access import current_patient, patient

blueprint = Blueprint("linking", __name__, url_prefix="/link")


@blueprint.route("/", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def start() -> ResponseReturnValue:
    """Who one is to the office."""
    page = profile_page(current_patient())
    form = FindForm(data=asdict(page) | {"phone": page.mobile})
    if form.validate_on_submit() and steps.find(form):
        return redirect(url_for(".code"))
    return render_template("linking/start.html", form=form)


@blueprint.route("/code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def code() -> ResponseReturnValue:
    """The six digits; the same page whether any were sent."""
    form = LinkCodeForm()
    if form.validate_on_submit():
        outcome = steps.prove(form)
        if outcome is not Outcome.WRONG:
            return redirect(url_for(".done" if outcome is Outcome.LINKED else "profile.home"))
    elif open_request(current_patient()) is None:
        return redirect(url_for(".start"))
    return render_template("linking/code.html", form=form)


@blueprint.get("/done")
@patient(scope=OWN_ONLY)
def done() -> ResponseReturnValue:
    """The record is open; statements without paper are offered now that there is an account (MSG-24)."""
    if not current_patient().account_ids:
        return redirect(url_for("profile.home"))
    return render_template("linking/done.html")


@blueprint.post("/new-code")
@patient(scope=OWN_ONLY)
def new_code() -> ResponseReturnValue:
    """Another code, by text or by e-mail."""
    steps.another_code()
    return redirect(url_for(".code"))


@blueprint.post("/office")
@patient(scope=OWN_ONLY)
def office() -> ResponseReturnValue:
    """No code came: a person looks at it."""
    steps.ask_office()
    return redirect(url_for("pages.home"))
