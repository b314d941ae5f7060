"""Sign-in and security: devices, codes, password, and other accounts."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.web.access import patient
from portal.web.own_sign_in import end_one_device, own_security_page

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/security")
@patient
def security() -> ResponseReturnValue:
    """How one signs in and where."""
    return render_template("account/security.html", page=own_security_page())


@blueprint.post("/devices/<int:session_id>/sign-out")
@patient
def end_device(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    return end_one_device(session_id)
