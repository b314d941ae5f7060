"""The number somebody is proving, kept in their signed cookie until its code is typed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "mobile"


@dataclass(frozen=True, slots=True)
class Proving:
    """Which number, for which account, and what makes its code."""

    account_id: int
    phone: str
    nonce: str
    begun_at: str

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)


def begin(account_id: int, phone: str) -> Proving:
    """A new nonce makes older codes worthless."""
    fresh = Proving(account_id, phone, secrets.token_urlsafe(12), now().isoformat())
    session[KEY] = asdict(fresh)
    return fresh


def current(account_id: int) -> Proving | None:
    """What this browser is proving for the account, if anything."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Proving(**kept) if kept and kept["account_id"] == account_id else None


def end() -> None:
    """Forget it: a code works once (ID-7)."""
    session.pop(KEY, None)
