"""A browser in which an application for assistance was opened by its code, without a sign-in (FA-6): for how long, and how it ends."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as Answer

from portal.queries.guest_application import GuestPage, guest_page
from portal.queries.viewer import ApplicantViewer
from portal.services.record_access import Access, applicant_role, record_access
from portal.web.clock import now

MINE, SEEN, CODE = "help_guest", "help_guest_seen", "help_guest_code"
IDLE_SECONDS = 30 * 60  # a phone that lies about shows nobody's income
AWAY = "This page was not used for a while. Enter your code to go on."


def guard_applicant() -> Answer | None:
    """Whoever opened none, and after half an hour whoever did, is asked for the code."""
    kept, moment = session.get(MINE), int(now().timestamp())
    fresh = moment - session.get(SEEN, 0) <= IDLE_SECONDS
    page = guest_page(UUID(kept)) if kept and fresh else None
    if page is None:
        if kept:
            _forget()
            flash(AWAY, "info")
        return redirect(url_for("help_paying.guest_back"))
    session[SEEN], g.applicant = moment, page
    return None


def current_application() -> GuestPage:
    """The one that is open, on pages that `applicant` opens."""
    return cast("GuestPage", g.applicant)


def current_applicant() -> ApplicantViewer:
    """Who reads it, for the audit trail."""
    page = current_application()
    return ApplicantViewer(page.id, page.account_ids)


def open_here(guest_id: UUID, *, code: str = "") -> None:
    """From now on this browser may read and fill in that application; a fresh one has a code to show once."""
    session[MINE], session[SEEN], session[CODE] = str(guest_id), int(now().timestamp()), code


def code_to_show() -> str:
    """The code of an application that was just begun; empty once it was shown."""
    return str(session.pop(CODE, ""))


def leave() -> None:
    """Nobody who takes this phone next reads it."""
    kept = session.get(MINE)
    _forget()
    if kept is None:
        return
    left = Access(
        face="patient",
        login_id=None,
        role=applicant_role(UUID(kept)),
        action="sign_out",
        object_type="guest_application",
        object_id=kept,
        ip=request.remote_addr or "",
        request_id=g.get("request_id", ""),
    )
    record_access(left, now=now())


def _forget() -> None:
    for name in (MINE, SEEN, CODE):
        session.pop(name, None)
