"""A browser that signed in before counts its own tries: strangers' guesses never lock its owner out (ID-8)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Response, after_this_request, current_app, request
from flask_login import user_logged_in
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.services.enrolment_codes import keyed_hash
from portal.web.base import cookie_name

LIFE = timedelta(days=365)


def remember_browsers(app: Flask) -> None:
    """Give each browser that passes both factors its mark. It opens nothing; it only counts apart."""
    user_logged_in.connect(_mark, app, weak=False)


def counted_name(email: str) -> str:
    """What a try at this sign-in is counted against: the e-mail, or this browser of its owner alone."""
    marked = request.cookies.get(_cookie())
    try:
        whose, browser = _signer().loads(marked or "", max_age=int(LIFE.total_seconds()))
    except (BadData, TypeError, ValueError):
        return email
    return f"{email} in browser {browser}" if whose == _hash(email) else email


def _mark(_app: Flask, user: Any, **_rest: Any) -> None:
    if counted_name(user.email) != user.email:
        return
    mark = str(_signer().dumps([_hash(user.email), secrets.token_hex(8)]))

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
