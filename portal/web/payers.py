"""A browser that may pay one account and no more: its cookie, how long it lasts, and how it ends (PLAN-19)."""

from __future__ import annotations

from typing import cast

from flask import abort, current_app, g, request, session
from flask_login import logout_user

from portal.queries.viewer import PayerViewer
from portal.services.pay_visits import LivePayer, end_pay_visit, use_pay_visit
from portal.services.record_access import Access, pay_role, record_access
from portal.services.record_attempt import ADDRESS, PERSON, SENDING, Subject, record_attempt
from portal.web import guests
from portal.web.clock import now
from portal.web.faces import Face

TOKEN = "payer"  # noqa: S105 (the name of a cookie's field)


def recognise_payer() -> None:
    """Put the visit of this request into `g`, or forget a cookie whose visit is over."""
    token = session.get(TOKEN)
    face: Face = current_app.config["FACE"]
    if token is None or not face.has_guests:
        return
    live = use_pay_visit(token=token, idle=face.idle, now=now())
    if live is None:
        session.clear()
        g.payer_expired = True
        return
    g.payer = live


def welcome_payer(token: str) -> None:
    """Begin the visit in this browser; whoever was in it before is signed out."""
    leave()
    guests.leave()
    if "login_id" in g:
        logout_user()
    session.clear()
    session[TOKEN] = token
    for name in ("csrf_token", "viewer", "unread"):
        g.pop(name, None)


def leave() -> None:
    """End this browser's visit, if there is one."""
    payer: LivePayer | None = g.pop("payer", None)
    if payer is None:
        return
    end_pay_visit(visit_id=payer.id, now=now())
    session.pop(TOKEN, None)
    left = Access(
        face="patient",
        login_id=None,
        role=pay_role(payer.pay_link_id),
        action="sign_out",
        object_type="pay_link",
        object_id=str(payer.pay_link_id),
        account_ids=(payer.account_id,),
        ip=request.remote_addr or "",
        request_id=g.get("request_id", ""),
    )
    record_access(left, now=now())


def current_payer() -> PayerViewer:
    """Who pays, on pages that `payer` opens."""
    payer = cast("LivePayer", g.payer)
    return PayerViewer(payer.pay_link_id, payer.account_id)


def slow_down_payers(viewer: PayerViewer) -> None:
    """Five payments started in 15 minutes by one code or link, ten a day on an account, twenty an hour from an address."""
    subjects = [
        Subject(f"pay link {viewer.pay_link_id}", SENDING),
        Subject(f"account {viewer.account_id}", PERSON),
        Subject(f"address {request.remote_addr}", ADDRESS),
    ]
    keys = current_app.extensions["kindbill"].hash_keys
    if record_attempt(action="guest_payment", subjects=subjects, keys=keys, now=now()) is None:
        abort(429)
