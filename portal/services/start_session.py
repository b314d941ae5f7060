"""Open a session row for a browser that has proved both factors (ID-10)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from portal.db import transaction
from portal.models.identity import LoginSession


@dataclass(frozen=True, slots=True)
class Started:
    """The row, and the token that only the browser's cookie will hold."""

    session_id: int
    token: str


def start_session(
    *,
    login_id: int,
    face: str,
    device: str,
    now: datetime,
    browser: str = "",
    trusted: bool = False,
) -> Started:
    """Make the row of a browser that has just signed in, trusted from now on if that was chosen."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        row = LoginSession(
            id_hash=session_hash(token),
            login_id=login_id,
            face=face,
            started_at=now,
            seen_at=now,
            device=device,
            browser=browser,
            trusted=trusted,
        )
        session.add(row)
        session.flush()
        return Started(row.id, token)


def session_hash(token: str) -> str:
    """What the row stores: 256 random bits need no key."""
    return hashlib.sha256(token.encode()).hexdigest()
