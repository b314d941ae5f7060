"""A browser that signed in before counts its own tries: strangers' guesses never lock its owner out (ID-8)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.services.enrolment_codes import keyed_hash
from portal.web.faces import cookie_name

LIFE = timedelta(days=365)


def counted_name(email: str) -> str:
    """What a try at this sign-in is counted against: the e-mail, or this browser of its owner alone."""
    browser = _browser_of(email)
    return f"{email} in browser {browser}" if browser else email


def browser_hash(email: str) -> str:
    """What a session's row says of this browser; empty for one that has no mark of this person."""
    browser = g.get("browser_mark") or _browser_of(email)
    return _hash(f"{email} is {browser}") if browser else ""


def _browser_of(email: str) -> str:
    marked = request.cookies.get(_cookie())
    try:
        whose, browser = _signer().loads(marked or "", max_age=int(LIFE.total_seconds()))
    except (BadData, TypeError, ValueError):
        return ""
    return str(browser) if whose == _hash(email) else ""


def mark_browser(email: str) -> None:
    """Hand the browser its mark with this answer, unless it has one of this person."""
    if _browser_of(email):
        return
    g.browser_mark = secrets.token_hex(8)
    mark = str(_signer().dumps([_hash(email), g.browser_mark]))

    @after_this_request
    def _hand_over(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            mark,
            max_age=LIFE,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Strict",
        )
        return response


def _cookie() -> str:
    return cookie_name("browser", current_app.config["FACE"], current_app.config["SETTINGS"])


def _hash(email: str) -> str:
    return keyed_hash(f"browser of {email}", current_app.extensions["kindbill"].hash_keys[0])


def _signer() -> URLSafeTimedSerializer:
    older = current_app.config["SECRET_KEY_FALLBACKS"]
    keys = [*reversed(older), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="known browser")
