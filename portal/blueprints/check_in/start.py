"""Where the QR code at the desk leads: to the check-in of one's own next visit."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.queries.check_in_page import next_visit_of
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.theme import page_exists

here = Blueprint("check_in_start", __name__)
NONE = "We found no visit of yours. Come to the desk, and we help you."


@here.get("/check-in")
@patient(scope=ProxyScope.BOOK)
def start() -> ResponseReturnValue:
    """The next visit that one may check in for."""
    found = next_visit_of(current_patient(), now=now())
    saw(kind="check_in")
    if found is not None:
        return redirect(url_for("check_in.check_in", appointment_id=found))
    flash(NONE, "info")
    return redirect(url_for("visits.index" if page_exists("visits.index") else "pages.home"))
