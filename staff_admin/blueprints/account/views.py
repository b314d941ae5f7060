"""Invitation, devices and security of staff."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.services.accept_invitation import accept_invitation, invited_email
from portal.services.refuse_weak_password import refuse_weak_password
from portal.web.access import public, staff
from portal.web.clock import now
from portal.web.own_sign_in import end_one_device, own_security_page
from portal.web.sign_in import begin_second_factor, hash_new_password
from staff_admin.blueprints.account.forms import InvitationForm

blueprint = Blueprint("account", __name__)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Choose a password by the one-time link; the authenticator comes next."""
    email, form = invited_email(token=token, now=now()), InvitationForm()
    if form.validate_on_submit():
        reason = refuse_weak_password(form.password.data or "", about=(email,))
        if reason is None:
            hashed = hash_new_password(form.password.data or "")
            login_id = accept_invitation(token=token, password_hash=hashed, now=now())
            return begin_second_factor(login_id)
        form.password.errors = [reason]
    return render_template("account/invitation.html", form=form, email=email)


@blueprint.get("/account/security")
@staff("own_sign_in")
def security() -> ResponseReturnValue:
    """How one signs in and where."""
    return render_template("account/security.html", page=own_security_page())


@blueprint.post("/account/devices/<int:session_id>/sign-out")
@staff("own_sign_in")
def end_device(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    return end_one_device(session_id)
