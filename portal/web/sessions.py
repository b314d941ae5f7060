"""Sessions are rows: the cookie holds a random token, the server decides whether it still lives."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_login import user_logged_in, user_logged_out
from werkzeug.wrappers import Response

from portal.services.choose_acting import choose_acting
from portal.services.end_sessions import end_sessions
from portal.services.record_access import Access, record_access
from portal.services.start_session import start_session
from portal.services.use_session import use_session
from portal.web import guests, payers
from portal.web.clock import now
from portal.web.faces import Face
from portal.web.held_time import HELD
from portal.web.known_browser import browser_hash, mark_browser
from portal.web.sign_in_words import IDLE, SIGNED_OUT

TOKEN = "sid"  # noqa: S105 (the name of a cookie's field)
UNATTENDED = "unattended"  # in the address of what a page fetches by itself
WARN_SECONDS = 60  # WCAG 2.2.1: at least this long to press "Stay signed in"
SYSTEMS = ("Windows", "iPhone", "iPad", "Android", "Mac OS", "Linux")
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}


def recognise() -> None:
    """Put the signed-in person of this request into `g`, or forget a cookie whose session ended."""
    token = session.get(TOKEN)
    if token is None:
        guests.recognise_guest()
        payers.recognise_payer()
        if "_user_id" in session:  # signed in by something that made no row: never accepted
            session.clear()
        return
    face: Face = current_app.config["FACE"]
    live = use_session(
        token=token,
        face=face.name,
        idle=face.idle,
        absolute=face.absolute,
        now=now(),
        unattended=UNATTENDED in request.args,
    )
    if live is None:
        session.clear()
        g.session_expired = True
        return
    g.login_id, g.session_id, g.session_ends_at = live.login_id, live.id, live.ends_at
    g.session_latest_at = live.latest_at
    g.closed_accounts, g.closed_patients = live.closed_accounts, live.closed_patients
    if live.acting_for is not None:
        g.acting = live.acting_for
    g.acting_ended = live.acting_ended
    if request.method in {"GET", "HEAD"}:  # what changes something must look again after it did
        g.viewer = live.viewer
        if live.acting_for is None:  # the count is of one's own accounts
            g.unread = live.unread
        if live.practice is not None:
            g.practice = live.practice


def act_for(grant_id: int | None) -> None:
    """From the next request on this browser acts under the grant, or for itself again.

    Forms that were opened before are refused: what was filled in for one person must not reach another's account.
    """
    choose_acting(login_id=g.login_id, session_id=g.session_id, grant_id=grant_id, now=now())
    session.pop("csrf_token", None)


def ask_to_sign_in() -> Response:
    """Whoever has no sign-in, or no longer, is led to the page that asks for one, or told that a link's time is over."""
    if g.get("guest_expired"):
        return redirect(url_for("text_link.closed"))
    if g.get("payer_expired"):
        return redirect(url_for("pay_statement.closed"))
    if g.get("session_expired"):
        flash(IDLE, "info")
    # Only the path comes back, and only of a page that was read: nothing is repeated by itself.
    read = request.method in {"GET", "HEAD", "OPTIONS"}
    target = request.script_root + request.path if read else None
    return redirect(url_for("security.login", next=target))


def connect_sessions(app: Flask) -> None:
    """Make a row at every sign-in, end it at sign-out, and tell pages how long is left."""
    user_logged_in.connect(_signed_in, app, weak=False)
    user_logged_out.connect(_signed_out, app, weak=False)

    @app.context_processor
    def _session_limits() -> dict[str, Any]:
        limits: dict[str, int | None] = {"session_warn_seconds": WARN_SECONDS}
        for name, end in (("left", "session_ends_at"), ("latest", "session_latest_at")):
            seconds = int((g.get(end) - now()).total_seconds()) if end in g else None
            limits[f"session_{name}_seconds"] = seconds
        return limits


def device_name(user_agent: str) -> str:
    """How a list of devices calls this browser; guesses are fine, it only has to be recognised."""
    system = next((name for name in SYSTEMS if name in user_agent), "")
    browser = next((name for mark, name in BROWSERS.items() if f"{mark}/" in user_agent), "")
    found = [re.sub("Mac OS", "a Mac", part) for part in (browser or "A browser", system) if part]
    return " on ".join(found)


def _signed_in(app: Flask, user: Any, **_rest: Any) -> None:
    # Nothing from before the sign-in lives on but what the library has just written for this user, and the time
    # that this browser keeps while its person registers: it says nothing of anybody.
    guests.leave()
    payers.leave()
    kept = {key: session[key] for key in ("_user_id", "_id", "_fresh", HELD) if key in session}
    trusted = session.get("_remember") == "set"  # so the library keeps "remember" for this moment
    session.clear()
    session.update(kept)
    g.pop("csrf_token", None)
    g.pop("viewer", None)
    g.pop("unread", None)
    face: Face = app.config["FACE"]
    if "session_id" in g:  # signed in anew, as after a changed password: the old row ends
        end_sessions(login_id=g.login_id, session_id=g.session_id, now=now())
    mark_browser(user.email)
    started = start_session(
        login_id=user.id,
        face=face.name,
        device=device_name(request.user_agent.string),
        browser=browser_hash(user.email),
        trusted=trusted and face.remembers_devices,
        now=now(),
    )
    session[TOKEN] = started.token
    g.login_id, g.session_id = user.id, started.session_id
    audit_sign_in("sign_in", login_id=user.id)


def _signed_out(_app: Flask, **_rest: Any) -> None:
    if "login_id" in g:
        end_sessions(login_id=g.login_id, session_id=g.session_id, now=now())
        audit_sign_in("sign_out", login_id=g.login_id)
        if request.endpoint == "security.logout":
            flash(SIGNED_OUT, "done")
    session.pop(TOKEN, None)


def audit_sign_in(action: str, *, login_id: int | None, outcome: str = "ok") -> None:
    """Sign-ins, failures and sign-outs are part of the audit trail."""
    record_access(
        Access(
            face=current_app.config["FACE"].name,
            login_id=login_id,
            action=action,
            object_type="login",
            object_id=str(login_id or ""),
            outcome=outcome,
            ip=request.remote_addr or "",
            user_agent=request.user_agent.string[:200],
            request_id=g.get("request_id", ""),
        ),
        now=now(),
    )
