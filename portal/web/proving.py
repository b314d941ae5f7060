"""What a sign-in is proving by a code, a number or a mailbox, kept in the signed cookie until the code is typed (ID-7)."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now


@dataclass(frozen=True, slots=True)
class Proving:
    """Where the code went, for which sign-in, and what makes it."""

    login_id: int
    to: str  # E.164 or an e-mail address
    nonce: str
    begun_at: str

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)


@dataclass(frozen=True, slots=True)
class Proof:
    """One kind of proof: codes and cookies of different kinds have nothing to do with each other."""

    key: str

    def begin(self, login_id: int, to: str) -> Proving:
        """A new nonce makes older codes worthless."""
        nonce = f"{self.key} of {login_id}, {secrets.token_urlsafe(12)}"
        fresh = Proving(login_id, to, nonce, now().isoformat())
        session[self.key] = asdict(fresh)
        return fresh

    def current(self, login_id: int) -> Proving | None:
        """What this browser is proving for the sign-in, if anything."""
        kept: dict[str, Any] | None = session.get(self.key)
        return Proving(**kept) if kept and kept["login_id"] == login_id else None

    def end(self) -> None:
        """Forget it: a code works once."""
        session.pop(self.key, None)


OWN_PHONE = Proof("proving_own_phone")
SAFE_EMAIL = Proof("proving_safe_email")
