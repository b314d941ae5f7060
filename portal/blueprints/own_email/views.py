"""Change the address one signs in with: the password, then a code to the old and to the new one (ID-12)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.own_email import journey
from portal.blueprints.own_email.forms import BothCodesForm, NewEmailForm
from portal.blueprints.own_email.steps import mail_codes, move
from portal.queries.viewer import OWN_ONLY
from portal.web.access import current_patient, patient, saw
from portal.web.own_sign_in import own_security_page
from portal.web.step_up import confirm_first

blueprint = Blueprint("own_email", __name__, url_prefix="/account/email")


@blueprint.route("/", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def start() -> ResponseReturnValue:
    """Which address."""
    if (confirm := confirm_first()) is not None:
        return confirm
    old, form = own_security_page().email, NewEmailForm()
    if form.validate_on_submit() and mail_codes(form, old):
        return redirect(url_for(".codes"))
    return render_template("own_email/start.html", form=form, old=old)


@blueprint.route("/codes", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def codes() -> ResponseReturnValue:
    """Both codes."""
    login_id, form = current_patient().login_id, BothCodesForm()
    saw(kind="login", id=login_id)
    moving = journey.current(login_id)
    if moving is None:
        return redirect(url_for(".start"))
    if form.validate_on_submit() and move(form, moving):
        return redirect(url_for("account.security"))
    return render_template("own_email/codes.html", form=form, moving=moving)
