"""Where we may reach somebody instead, one idea a screen; the password comes before each change (HIPAA-10, ID-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.confidential import steps
from portal.blueprints.confidential.forms import (
    EndForm,
    NeverForm,
    SafeEmailCodeForm,
    SafeEmailForm,
)
from portal.blueprints.profile.forms import PhoneCodeForm, PhoneForm
from portal.blueprints.profile.steps import text_code
from portal.queries.confidential_page import ConfidentialPage, confidential_page
from portal.queries.profile import profile_page
from portal.queries.viewer import OWN_ONLY
from portal.web.access import current_patient, patient, saw
from portal.web.person_forms import AddressForm
from portal.web.proving import OWN_PHONE, SAFE_EMAIL
from portal.web.step_up import confirm_first

blueprint = Blueprint("confidential", __name__, url_prefix="/details/confidential")


@blueprint.get("/")
@patient(scope=OWN_ONLY)
def start() -> ResponseReturnValue:
    """What holds since when, and every way to change it."""
    return render_template("confidential/start.html", page=_page())


@blueprint.route("/address", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def address() -> ResponseReturnValue:
    """Where paper goes instead."""
    if (confirm := confirm_first()) is not None:
        return confirm
    form = AddressForm(data=asdict(_page()))
    if form.validate_on_submit():
        return _kept(form.answers)
    return render_template("confidential/address.html", form=form, page=_page())


@blueprint.route("/email", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def email() -> ResponseReturnValue:
    """Which mailbox instead; its code goes there."""
    if (confirm := confirm_first()) is not None:
        return confirm
    form = SafeEmailForm()
    if form.validate_on_submit() and steps.mail_code(form):
        return redirect(url_for(".email_code"))
    return render_template("confidential/email.html", form=form, page=_page())


@blueprint.route("/email-code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def email_code() -> ResponseReturnValue:
    """The six digits from the e-mail."""
    proving, form = SAFE_EMAIL.current(current_patient().login_id), SafeEmailCodeForm()
    if proving is None:
        return redirect(url_for(".email"))
    if form.validate_on_submit() and steps.prove_email(form, proving):
        return redirect(url_for(".start"))
    return render_template("confidential/email_code.html", form=form, email=proving.to)


@blueprint.route("/phone", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def phone() -> ResponseReturnValue:
    """Which number instead; its code is texted there."""
    if (confirm := confirm_first()) is not None:
        return confirm
    form = PhoneForm()
    if form.validate_on_submit() and text_code(form, profile_page(current_patient())):
        return redirect(url_for(".phone_code"))
    return render_template("confidential/phone.html", form=form, page=_page())


@blueprint.route("/phone-code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def phone_code() -> ResponseReturnValue:
    """The six digits from the text."""
    proving, form = OWN_PHONE.current(current_patient().login_id), PhoneCodeForm()
    if proving is None:
        return redirect(url_for(".phone"))
    if form.validate_on_submit() and steps.prove_phone(form, proving):
        return redirect(url_for(".start"))
    return render_template("confidential/phone_code.html", form=form, phone=proving.to)


@blueprint.route("/never", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def never() -> ResponseReturnValue:
    """The ways that we must not use."""
    if (confirm := confirm_first()) is not None:
        return confirm
    page = _page()
    form = NeverForm(obj=page)
    if form.validate_on_submit():
        return _kept(form.answers)
    return render_template("confidential/never.html", form=form, page=page)


@blueprint.route("/end/<what>", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def end(what: str) -> ResponseReturnValue:
    """Use what is on file again; asked for once more, for it may be the unsafe place."""
    if what not in steps.ENDS:
        abort(404)
    saw(kind="confidential_request", id=current_patient().login_id)
    if (confirm := confirm_first()) is not None:
        return confirm
    form = EndForm()
    if form.validate_on_submit():
        steps.end(what)
        return redirect(url_for(".start"))
    return render_template("confidential/end.html", form=form, words=steps.ENDS[what])


def _page() -> ConfidentialPage:
    viewer = current_patient()
    saw(kind="confidential_request", id=viewer.login_id)
    return confidential_page(viewer)


def _kept(answers: Mapping[str, object]) -> ResponseReturnValue:
    steps.keep(dict(answers))
    return redirect(url_for(".start"))
