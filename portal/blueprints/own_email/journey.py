"""The address somebody moves to, kept in their signed cookie until both codes are typed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "own_email"


@dataclass(frozen=True, slots=True)
class Moving:
    """From where, to where, for which sign-in, and what makes the codes."""

    login_id: int
    old: str
    new: str
    nonce: str
    begun_at: str

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)

    def nonce_of(self, which: str) -> str:
        """The two codes have nothing to do with each other."""
        return f"{which} address of {self.login_id}, {self.nonce}"


def begin(login_id: int, *, old: str, new: str) -> Moving:
    """A new nonce makes older codes worthless."""
    fresh = Moving(login_id, old, new, secrets.token_urlsafe(12), now().isoformat())
    session[KEY] = asdict(fresh)
    return fresh


def current(login_id: int) -> Moving | None:
    """What this browser is changing for the sign-in, if anything."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Moving(**kept) if kept and kept["login_id"] == login_id else None


def end() -> None:
    """Forget it: the codes work once (ID-7)."""
    session.pop(KEY, None)
