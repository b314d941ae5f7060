"""Open a session row for a browser that has proved both factors (ID-10)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from portal.db import transaction
from portal.models.identity import LoginSession


def start_session(*, login_id: int, face: str, device: str, now: datetime) -> str:
    """Make the row and answer the token that only the browser's cookie will hold."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            LoginSession(
                id_hash=session_hash(token),
                login_id=login_id,
                face=face,
                started_at=now,
                seen_at=now,
                device=device,
            )
        )
    return token


def session_hash(token: str) -> str:
    """What the row stores: 256 random bits need no key."""
    return hashlib.sha256(token.encode()).hexdigest()
