"""Enrolment: code and birth date, e-mail, its proof, password; then the second factor."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.enrolment import journey as journeys
from portal.blueprints.enrolment import steps
from portal.blueprints.enrolment.forms import CodeForm, EmailCodeForm, EmailForm, PasswordForm
from portal.queries.viewer import OWN_ONLY
from portal.services.link_account import link_account
from portal.web.access import current_patient, patient, public, saw
from portal.web.clock import now
from portal.web.sign_in import begin_second_factor

blueprint = Blueprint("enrolment", __name__)


@blueprint.route("/enroll", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """The code on the statement and the birth date."""
    if "login_id" in g:
        return redirect(url_for("enrolment.add"))
    form = CodeForm()
    if form.validate_on_submit():
        code_id = steps.match(form)
        if code_id is not None:
            return redirect(url_for(journeys.begin(code_id).step))
    return render_template("enrolment/start.html", form=form)


@blueprint.route("/enroll/email", methods=["GET", "POST"])
@public
def email() -> ResponseReturnValue:
    """The e-mail address."""
    journey, form = journeys.current(), EmailForm()
    if journey is None:
        return redirect(url_for("enrolment.start"))
    if form.validate_on_submit() and steps.mail_code(form, journey):
        return redirect(url_for("enrolment.email_code"))
    return render_template("enrolment/email.html", form=form)


@blueprint.route("/enroll/email-code", methods=["GET", "POST"])
@public
def email_code() -> ResponseReturnValue:
    """The six digits from the e-mail."""
    journey, form = journeys.current(), EmailCodeForm()
    if journey is None or not journey.email:
        return redirect(url_for("enrolment.start"))
    if form.validate_on_submit() and steps.prove_email(form, journey):
        return redirect(url_for("enrolment.password"))
    return render_template("enrolment/email_code.html", form=form, email=journey.email)


@blueprint.route("/enroll/password", methods=["GET", "POST"])
@public
def password() -> ResponseReturnValue:
    """The password; with it the sign-in exists, and asks for its second factor."""
    journey, form = journeys.current(), PasswordForm()
    if journey is None or not journey.email_proven:
        return redirect(url_for("enrolment.start"))
    if form.validate_on_submit():
        login_id = steps.enrol(form, journey)
        if login_id is not None:
            return begin_second_factor(login_id)
    return render_template("enrolment/password.html", form=form, email=journey.email)


@blueprint.route("/account/add", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def add() -> ResponseReturnValue:
    """Another account for somebody who is signed in."""
    form = CodeForm()
    if form.validate_on_submit():
        code_id = steps.match(form)
        if code_id is not None:
            login_id = current_patient().login_id
            saw(accounts=[link_account(login_id=login_id, code_id=code_id, now=now())])
            return redirect(url_for("welcome"))
    return render_template("enrolment/add.html", form=form)
