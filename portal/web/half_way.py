"""Between password and second factor: the cookie that holds this state works briefly, and sets up one factor."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.web.clock import now

WHO = "tf_user_id"
SINCE = "half_way_since"
SECOND_STEP = "security.two_factor_token_validation"
SETTING_UP = {"setup_from_login", "validating_profile"}


def limit_half_way(app: Flask) -> None:
    """Forget the state when it is old, or when its person has a factor and the cookie would set up another."""

    @app.before_request
    def _forget() -> None:
        if WHO in session and "login_id" not in g and (_old() or _set_up_meanwhile()):
            for key in [key for key in session if key.startswith("tf_")]:
                session.pop(key)
            session.pop(SINCE, None)

    @app.before_request
    def _already_in() -> AnyResponse | None:
        """Going back to the code after signing in leads on: the library would sign the person out."""
        asked = request.endpoint == SECOND_STEP and "login_id" in g
        return redirect(url_for("welcome")) if asked and not _changing() else None

    @app.after_request
    def _stamp(response: Response) -> Response:
        if WHO not in session:
            session.pop(SINCE, None)
        elif SINCE not in session:
            session[SINCE] = int(now().timestamp())
        return response


def begin_anew() -> None:
    """The password was given just now."""
    session.pop(SINCE, None)


def _changing() -> bool:
    """Whether a signed-in person is setting up another factor, whose first code is due."""
    kept = ("tf_primary_method", "tf_totp_secret")
    return session.get("tf_state") == "validating_profile" and all(session.get(key) for key in kept)


def _old() -> bool:
    since = session.get(SINCE)
    limit = current_app.config["FACE"].idle.total_seconds()
    return since is None or now().timestamp() - since > limit


def _set_up_meanwhile() -> bool:
    if session.get("tf_state") not in SETTING_UP:
        return False
    store = current_app.extensions["security"].datastore
    user = store.find_user(fs_uniquifier=session[WHO])
    return user is None or bool(user.tf_primary_method)
