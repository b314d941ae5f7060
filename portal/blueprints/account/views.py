"""Sign-in and security: devices, codes, password, and other accounts."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.viewer import OWN_ONLY
from portal.queries.who_looked import who_looked
from portal.services.download_own_data import download_own_data
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.own_sign_in import end_one_device, own_security_page
from portal.web.practice_day import practice_day
from portal.web.step_up import confirm_first

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/security")
@patient(scope=OWN_ONLY)
def security() -> ResponseReturnValue:
    """How one signs in and where."""
    return render_template("account/security.html", page=own_security_page())


@blueprint.post("/devices/<int:session_id>/sign-out")
@patient(scope=OWN_ONLY)
def end_device(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    return end_one_device(session_id)


@blueprint.get("/seen")
@patient(scope=OWN_ONLY)
def seen() -> ResponseReturnValue:
    """Who else opened one's record."""
    number = max(request.args.get("page", 1, type=int) or 1, 1)
    saw(kind="who_looked")
    return render_template("account/seen.html", page=who_looked(current_patient(), number=number))


@blueprint.get("/data")
@patient(scope=OWN_ONLY)
def data() -> ResponseReturnValue:
    """What the copy holds; the password comes first (ID-9)."""
    if (confirm := confirm_first()) is not None:
        return confirm
    return render_template("account/data.html")


@blueprint.post("/data/download")
@patient(scope=OWN_ONLY)
def download_data() -> ResponseReturnValue:
    """The copy (HIPAA-8)."""
    if confirm_first() is not None:
        return redirect(url_for(".data"))  # a download is no page to come back to
    saw(kind="own_data", action="export")
    doors = gateways()
    packed = download_own_data(
        viewer=current_patient(),
        store=doors.documents,
        printer=doors.printer,
        on=practice_day(),
        now=now(),
    )
    response = make_response(packed)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response
