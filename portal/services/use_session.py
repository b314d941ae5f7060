"""Let a session live on, or refuse it: idle too long, too old, ended, or its sign-in switched off (HIPAA-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from portal.db import transaction
from portal.models.identity import Login, LoginSession
from portal.queries.viewer import Viewer, linked_accounts, viewer_of
from portal.services.start_session import session_hash

# Writing each request's time would make every page a write; this much slack is part of the limit.
TOUCH_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that may go on, and when the server will end it if nothing more comes."""

    id: int
    login_id: int
    ends_at: datetime
    latest_at: datetime  # whatever comes
    viewer: Viewer  # what this sign-in may see at this moment


# Built once: it runs before every page.
_LIVE = (
    select(LoginSession, Login.role, linked_accounts(LoginSession.login_id))
    .join(Login, Login.id == LoginSession.login_id)
    .where(
        LoginSession.id_hash == bindparam("token_hash"),
        LoginSession.face == bindparam("face_name"),
        LoginSession.ended_at.is_(None),
        Login.active,
    )
)


def use_session(
    *,
    token: str,
    face: str,
    idle: timedelta,
    absolute: timedelta,
    now: datetime,
    unattended: bool = False,
) -> LiveSession | None:
    """The live session behind the token, its clock set back to now; None ends it for good.

    What a page asks by itself is `unattended`: it shows that a browser is open, not that somebody is there,
    so the clock runs on (HIPAA-2).
    """
    with transaction() as session:
        found = session.execute(
            _LIVE, {"token_hash": session_hash(token), "face_name": face}
        ).one_or_none()
        if found is None:
            return None
        row, role, account_ids = found
        if now - row.seen_at > idle or now - row.started_at > absolute:
            row.ended_at = now
            return None
        if now - row.seen_at > TOUCH_EVERY and not unattended:
            row.seen_at = now
        latest_at = row.started_at + absolute
        ends_at = min(row.seen_at + idle, latest_at)
        viewer = viewer_of(row.login_id, face=face, role=role, account_ids=account_ids or ())
        return LiveSession(row.id, row.login_id, ends_at, latest_at, viewer)
