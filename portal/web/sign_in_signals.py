"""What follows from a changed password, second step or passkey: others are signed out, and the owner is told."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_security import (
    password_changed,
    password_reset,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)

from portal.services.confirm_email import confirm_email
from portal.services.end_sessions import end_sessions
from portal.web.clock import now
from portal.web.sessions import audit_sign_in
from portal.web.sign_in_forms import forgive
from portal.web.sign_in_notices import (
    notify_factor_changed,
    notify_passkey_added,
    notify_passkey_deleted,
)


def connect_signals(app: Flask) -> None:
    """A new password or factor ends what was opened with the old one, and is written down."""

    def reset(_app: Flask, user: Any, **_rest: Any) -> None:
        end_sessions(login_id=user.id, now=now())
        confirm_email(login_id=user.id, now=now())
        forgive(user)
        audit_sign_in("password_reset", login_id=user.id)

    def changed(_app: Flask, user: Any, **_rest: Any) -> None:
        end_sessions(login_id=user.id, except_session_id=g.get("session_id"), now=now())
        audit_sign_in("password_changed", login_id=user.id)

    def moved(_app: Flask, user: Any, **_rest: Any) -> None:
        end_sessions(login_id=user.id, except_session_id=g.get("session_id"), now=now())
        audit_sign_in("second_factor_changed", login_id=user.id)
        notify_factor_changed(user)

    def passkey_added(_app: Flask, user: Any, **_rest: Any) -> None:
        audit_sign_in("passkey_added", login_id=user.id)
        notify_passkey_added(user)

    def passkey_deleted(_app: Flask, user: Any, **_rest: Any) -> None:
        end_sessions(login_id=user.id, except_session_id=g.get("session_id"), now=now())
        audit_sign_in("passkey_deleted", login_id=user.id)
        notify_passkey_deleted(user)

    wan_registered.connect(passkey_added, app, weak=False)
    wan_deleted.connect(passkey_deleted, app, weak=False)
    password_reset.connect(reset, app, weak=False)
    password_changed.connect(changed, app, weak=False)
    tf_profile_changed.connect(moved, app, weak=False)
