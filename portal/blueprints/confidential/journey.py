"""The mailbox somebody is proving as a safe one, kept in their signed cookie until its code is typed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "safe_email"


@dataclass(frozen=True, slots=True)
class Proving:
    """Which mailbox, for which sign-in, and what makes its code."""

    login_id: int
    email: str
    secret: str
    begun_at: str

    @property
    def nonce(self) -> str:
        return f"safe mailbox of {self.login_id}, {self.secret}"

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)


def begin(login_id: int, email: str) -> Proving:
    """A new secret makes older codes worthless."""
    fresh = Proving(login_id, email, secrets.token_urlsafe(12), now().isoformat())
    session[KEY] = asdict(fresh)
    return fresh


def current(login_id: int) -> Proving | None:
    """What this browser is proving for the sign-in, if anything."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Proving(**kept) if kept and kept["login_id"] == login_id else None


def end() -> None:
    """Forget it: a code works once (ID-7)."""
    session.pop(KEY, None)
