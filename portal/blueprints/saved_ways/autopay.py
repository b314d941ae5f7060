"""Autopay, one idea a screen: how it stands, choose, read and sign, the copy, and one press to stop (PLAN-5 to 9)."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.saved_ways import steps
from portal.blueprints.saved_ways.forms import AutopayForm, PressForm, SignForm, named
from portal.blueprints.saved_ways.views import blueprint
from portal.queries.autopay_page import copy_of
from portal.queries.viewer import OWN_ONLY
from portal.services.stop_autopay import stop_own
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.step_up import confirm_first


@blueprint.get("/autopay")
@patient(scope=OWN_ONLY)
def autopay() -> ResponseReturnValue:
    """What is drawn next, what was drawn, and the way out."""
    return render_template(
        "saved_ways/autopay.html", page=steps.autopay(), form=PressForm(), named=named
    )


@blueprint.route("/autopay/choose", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def choose() -> ResponseReturnValue:
    """With what, up to how much, on which day."""
    page = steps.autopay()
    form = AutopayForm(page)
    if form.validate_on_submit():
        wish, account = form.wish, page.account_id
        asked = url_for(
            ".sign", account=account, method=wish.method_id, cap=wish.cap.cents, day=wish.day
        )
        return redirect(asked, 303)
    if not form.is_submitted() and page.methods:
        form.method.data = page.methods[0].id
    return render_template("saved_ways/choose.html", page=page, form=form)


@blueprint.route("/autopay/sign", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def sign() -> ResponseReturnValue:
    """Read it, tick, and type one's name."""
    page, wanted = steps.autopay(), steps.wish()
    if (confirm := confirm_first(request.full_path)) is not None:
        return confirm
    paper, form = steps.paper(page.account_id, wanted), SignForm()
    if form.validate_on_submit():
        signed = steps.sign(form, page.account_id, wanted)
        flash("It is on. Here is your copy.", "done")
        return redirect(url_for(".paper", authorisation_id=signed), 303)
    form.paper.data = paper.hash
    return render_template("saved_ways/sign.html", page=page, paper=paper, form=form, wish=wanted)


@blueprint.get("/autopay/<int:authorisation_id>")
@patient(scope=OWN_ONLY)
def paper(authorisation_id: int) -> ResponseReturnValue:
    """What was signed, word for word, to read or print."""
    found = copy_of(current_patient(), authorisation_id)
    if found is None:
        abort(404)
    saw(accounts=[found.account_id], kind="payment_authorisations", id=authorisation_id)
    return render_template("saved_ways/paper.html", paper=found)


@blueprint.post("/autopay/<int:authorisation_id>/stop")
@patient(scope=OWN_ONLY)
def stop(authorisation_id: int) -> ResponseReturnValue:
    """One press, and nothing is asked."""
    stop_own(
        viewer=current_patient(),
        authorisation_id=authorisation_id,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(kind="payment_authorisations", id=authorisation_id)
    flash("It is off. Nothing more is drawn.", "done")
    return redirect(url_for(".autopay"), 303)
