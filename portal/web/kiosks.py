"""A tablet at the desk: its own cookie, which opens one check-in at a time and no sign-in."""

from __future__ import annotations

from flask import Response, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as Answer

from portal.services.open_kiosk import Seat, use_kiosk
from portal.web.clock import now
from portal.web.faces import PATIENT, cookie_name

YEAR = 365 * 24 * 3600


def current_seat() -> Seat | None:
    """The paired tablet that asks, read once a request."""
    if "seat" not in g:
        token = request.cookies.get(_cookie(), "")
        g.seat = use_kiosk(token=token, now=now()) if token else None
    found: Seat | None = g.seat
    return found


def guard_kiosk() -> Answer | None:
    """Anybody else is led to the first page, which asks for a code; so is a tablet whose person is gone."""
    seat = current_seat()
    if seat is None or (seat.appointment_id is None and request.endpoint != "kiosk.find"):
        return redirect(url_for("kiosk.index"), 303)
    return None


def keep_token(response: Response, token: str) -> Response:
    """From now on this browser is the tablet."""
    settings = current_app.config["SETTINGS"]
    response.set_cookie(
        _cookie(),
        token,
        max_age=YEAR,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Strict",
    )
    return response


def forget_person() -> None:
    """What the last person's pages could still send is worth nothing any more."""
    session.clear()
    for name in ("csrf_token", "seat"):
        g.pop(name, None)


def _cookie() -> str:
    return cookie_name("kiosk", PATIENT, current_app.config["SETTINGS"])
