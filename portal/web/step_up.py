"""The password once more, before what an unlocked browser must not change (ID-9, ID-12)."""

from __future__ import annotations

from flask import current_app, flash, redirect, request, url_for
from flask_login import current_user
from flask_security.utils import check_and_update_authn_fresh, get_message
from werkzeug.wrappers import Response


def confirm_first(then: str = "") -> Response | None:
    """The way to the page that asks for it; None when it was given a few minutes ago.

    Afterwards one is on the same page, or on `then` where this one takes only a press of a button.

    The library counts the minutes, as it does before a new second factor.
    """
    config = current_app.config
    within, grace = config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
    if current_user.is_authenticated and check_and_update_authn_fresh(within, grace, "session"):
        return None
    flash(*get_message("REAUTHENTICATION_REQUIRED"))
    return redirect(url_for("security.verify", next=then or request.script_root + request.path))
