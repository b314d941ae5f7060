"""One's own sign-in, the same for both faces: where one is signed in, and ending it there."""

from __future__ import annotations

from flask import current_app, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.devices import SecurityPage, is_own_session, security_page
from portal.services.end_sessions import end_sessions
from portal.services.refusal import NotFound
from portal.web.access import current_login, saw
from portal.web.clock import now
from portal.web.faces import Face


def own_security_page() -> SecurityPage:
    """What the page shows."""
    face: Face = current_app.config["FACE"]
    viewer = current_login()
    saw(kind="login", id=viewer.login_id)
    return security_page(
        viewer, session_id=g.session_id, idle=face.idle, absolute=face.absolute, now=now()
    )


def end_one_device(session_id: int) -> ResponseReturnValue:
    """Sign one browser out; this very one goes to the sign-in page by itself."""
    viewer = current_login()
    saw(kind="login", id=viewer.login_id, action="sign_out")
    if not is_own_session(viewer, session_id):
        raise NotFound
    ended = end_sessions(
        login_id=viewer.login_id, session_id=session_id, ends_trust=True, now=now()
    )
    flash("That device is signed out." if ended else "That device was signed out before.", "done")
    return redirect(url_for("account.security"))
