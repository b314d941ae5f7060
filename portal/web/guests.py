"""A browser that came by the link in a text: its cookie, how long it lasts, and how it ends."""

from __future__ import annotations

from flask import abort, current_app, g, request, session
from flask_login import logout_user

from portal.queries.viewer import AccountViewer, GuestViewer
from portal.services.guest_sessions import LiveGuest, end_guest_session, use_guest_session
from portal.services.record_access import Access, guest_role, record_access
from portal.services.record_attempt import (
    ADDRESS,
    SENDING,
    SHARED_ADDRESS,
    Subject,
    record_attempt,
)
from portal.web.clock import now
from portal.web.faces import Face

TOKEN = "guest"  # noqa: S105 (the name of a cookie's field)


def recognise_guest() -> None:
    """Put the visit of this request into `g`, or forget a cookie whose visit is over."""
    token = session.get(TOKEN)
    face: Face = current_app.config["FACE"]
    if token is None or not face.has_guests:
        return
    live = use_guest_session(token=token, idle=face.idle, now=now())
    if live is None:
        session.clear()
        g.guest_expired = True
        return
    g.guest, g.session_ends_at, g.session_latest_at = live, live.ends_at, live.latest_at


def welcome_guest(token: str) -> None:
    """Begin the visit in this browser; whoever was in it before is signed out."""
    leave()
    if "login_id" in g:
        logout_user()
    session.clear()
    session[TOKEN] = token
    for name in ("csrf_token", "viewer", "unread"):
        g.pop(name, None)


def leave() -> None:
    """End this browser's visit, if there is one."""
    guest: LiveGuest | None = g.pop("guest", None)
    if guest is None:
        return
    end_guest_session(session_id=guest.id, now=now())
    session.pop(TOKEN, None)
    left = Access(
        face="patient",
        login_id=None,
        role=guest_role(guest.text_link_id),
        action="sign_out",
        object_type="text_link",
        object_id=str(guest.text_link_id),
        account_ids=(guest.account_id,),
        ip=request.remote_addr or "",
        request_id=g.get("request_id", ""),
    )
    record_access(left, now=now())


def slow_down_card_testers(viewer: AccountViewer, account_id: int) -> None:
    """A link starts five payments in 15 minutes and no more, an address twenty an hour (payments.md 4).

    Behind a sign-in an address may be a whole house or a waiting room: sixty an hour.
    """
    guest = isinstance(viewer, GuestViewer)
    if not guest and account_id not in viewer.account_ids:
        return  # not theirs, and nothing is started
    subjects = [Subject(f"address {request.remote_addr}", ADDRESS if guest else SHARED_ADDRESS)]
    if isinstance(viewer, GuestViewer):
        subjects.append(Subject(f"link {viewer.text_link_id}", SENDING))
    keys = current_app.extensions["kindbill"].hash_keys
    action = "guest_payment" if guest else "payment"
    if record_attempt(action=action, subjects=subjects, keys=keys, now=now()) is None:
        abort(429)
