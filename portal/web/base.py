"""What both faces share: configuration, headers, error pages, request ids and health."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from sqlalchemy import text

from portal import clock
from portal.config import Settings, derived_key
from portal.db import read_only
from portal.web import (
    access,
    check_in_back,
    errors,
    filters,
    languages,
    logging,
    sessions,
    table_labels,
    theme,
    voice,
)
from portal.web.csrf import csrf
from portal.web.faces import PORTAL, Face, cookie_name

MAX_REQUEST_BYTES = 32 * 1024 * 1024  # a large 835 fits; nothing a browser sends here is larger
YEAR_SECONDS = 365 * 24 * 3600


def create_base_app(*, face: Face, settings: Settings, gateways: Any) -> Flask:
    """An app of one face with everything but its blueprints and its sign-in."""
    app = Flask(face.package, static_folder=str(PORTAL / "static"), static_url_path="/static")
    app.config.update(
        FACE=face,
        SETTINGS=settings,
        CLOCK=clock.now,
        TESTING=settings.testing,
        SECRET_KEY=_secret(settings.secret_keys[0], face),
        SECRET_KEY_FALLBACKS=[_secret(key, face) for key in settings.secret_keys[1:]],
        SESSION_COOKIE_NAME=cookie_name("session", face, settings),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # the way back from the hosted checkout must bring it
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open must not fail early
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.extensions["kindbill"] = gateways
    app.jinja_loader = ChoiceLoader([FileSystemLoader(path) for path in face.templates])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logging.set_up_logging()
    _number_requests(app)
    logging.log_requests(app)
    csrf.init_app(app)
    access.close_by_default(app)
    sessions.connect_sessions(app)
    errors.register_error_pages(app)
    languages.register(app)
    filters.register(app)
    table_labels.register(app)
    theme.register(app)
    voice.register(app)
    check_in_back.register(app)
    _send_headers(app, settings, face)
    _answer_health(app)
    return app


def gateways() -> Any:
    """The doors to the outside, for a view to hand to a service."""
    return current_app.extensions["kindbill"]


def _secret(key: str, face: Face) -> str:
    return derived_key(key, f"{face.name} cookies").hex()


def _number_requests(app: Flask) -> None:
    @app.before_request
    def _number() -> None:
        g.request_id = uuid.uuid4().hex

    @app.after_request
    def _name(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        return response


def _send_headers(app: Flask, settings: Settings, face: Face) -> None:
    # Without the checkout's origin the browser blocks the redirect after Pay.
    form_action = f"'self' {settings.checkout_origin}" if face.pays else "'self'"
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " object-src 'none'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {form_action}"
    )

    @app.after_request
    def _protect(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if settings.secure_cookies:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
        if request.endpoint in {"static", "theme"} and response.status_code < 400:  # noqa: PLR2004 (an HTTP status)
            kept = YEAR_SECONDS if "v" in request.args else 3600  # `v` is a hash of the contents
            headers["Cache-Control"] = f"public, max-age={kept}"
        else:
            headers["Cache-Control"] = "no-store"
        return response


def _answer_health(app: Flask) -> None:
    @app.get("/healthz")
    @access.public
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    @access.public
    def readyz() -> Response:
        with read_only() as session:
            session.execute(text("SELECT 1"))
        return jsonify(status="ready")
