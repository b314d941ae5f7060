"""The overview: how much, why, what to do, whom to ask."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.queries.overview import overview
from portal.web.access import current_account_viewer, patient_or_guest
from portal.web.clock import now
from portal.web.practice_day import practice_day

blueprint = Blueprint("overview", __name__)


@blueprint.get("/bills")
@patient_or_guest
def home() -> ResponseReturnValue:
    """What the signed-in patient's accounts owe, wait for and have paid."""
    page = overview(current_account_viewer(), on=practice_day())
    return render_template("overview/home.html", page=page, at=now())
