"""The time that a browser keeps while its person makes up their mind, signs in or registers (SCH-1)."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import abort, current_app, g, request, session

from portal.services.record_attempt import SHARED_ADDRESS, Limit, Subject, record_attempt
from portal.services.start_session import session_hash
from portal.web.clock import now

HELD = "held"  # the name of a cookie's field: {"key": what only this browser knows, "hold": an id}
# Nobody sells out the calendar by keeping times: a stranger's address keeps as many at once as a family needs.
STRANGERS = Limit(
    6, SHARED_ADDRESS.within / 12, streak=False
)  # in five minutes, which is a hold's life


def holder_hash() -> str:
    """What a hold of this browser is bound to; made at the first one."""
    kept = session.get(HELD) or {}
    if "key" not in kept:
        kept = {"key": secrets.token_urlsafe(24)}
        session[HELD] = kept
    return session_hash(kept["key"])


def keep_hold(hold_id: UUID) -> None:
    """This browser goes on with that time after it has signed in."""
    holder_hash()
    session[HELD] = {**session[HELD], "hold": str(hold_id)}


def kept_hold() -> UUID | None:
    """The time that waits in this browser for its person to sign in."""
    found = (session.get(HELD) or {}).get("hold")
    return UUID(found) if found else None


def forget_hold() -> None:
    """It is booked, or not wanted any more."""
    if HELD in session:
        session[HELD] = {"key": session[HELD]["key"]}


def slow_down_holders() -> None:
    """An address keeps sixty times an hour; one that has not signed in six in five minutes. Refused: 429."""
    subjects = [Subject(f"address {request.remote_addr}", SHARED_ADDRESS)]
    if "login_id" not in g:
        subjects.append(Subject(f"stranger {request.remote_addr}", STRANGERS))
    keys = current_app.extensions["kindbill"].hash_keys
    if record_attempt(action="hold", subjects=subjects, keys=keys, now=now()) is None:
        abort(429)
