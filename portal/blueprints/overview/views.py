"""The overview: how much, why, what to do, whom to ask."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.queries.overview import overview
from portal.queries.viewer import GuestViewer
from portal.web.access import current_account_viewer, patient_or_guest
from portal.web.clock import now
from portal.web.practice_day import practice_day

blueprint = Blueprint("overview", __name__)


@blueprint.get("/bills")
@patient_or_guest
def home() -> ResponseReturnValue:
    """What the signed-in patient's accounts owe, wait for and have paid; without one, the newcomer's home (ID-1)."""
    viewer = current_account_viewer()
    if isinstance(viewer, GuestViewer) and viewer.appointment_id is not None:
        return redirect(url_for("text_link.arrive"))
    if not viewer.account_ids:
        return redirect(url_for("profile.home"))
    page = overview(viewer, on=practice_day())
    return render_template("overview/home.html", page=page, at=now())
