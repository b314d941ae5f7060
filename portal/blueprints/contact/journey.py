"""The number somebody is proving, kept in their signed cookie until its code is typed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "mobile"


@dataclass(frozen=True, slots=True)
class Proving:
    """Which number, for which account, what else has to be proven, and what makes the codes."""

    account_id: int
    phone: str
    old: str  # the number on file before; empty when there was none
    second: (
        str  # old: a code to that number; email: to the sign-in's address; empty: nothing (ID-12)
    )
    nonce: str
    begun_at: str

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)


def begin(account_id: int, phone: str, *, old: str, second: str) -> Proving:
    """A new nonce makes older codes worthless."""
    nonce = secrets.token_urlsafe(12)
    fresh = Proving(account_id, phone, old, second, nonce, now().isoformat())
    session[KEY] = asdict(fresh)
    return fresh


def current(account_id: int) -> Proving | None:
    """What this browser is proving for the account, if anything."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Proving(**kept) if kept and kept["account_id"] == account_id else None


def by_email(proving: Proving) -> Proving:
    """The old number is lost: the sign-in's address has to answer in its place."""
    session[KEY] = asdict(replace(proving, second="email"))
    return replace(proving, second="email")


def end() -> None:
    """Forget it: a code works once (ID-7)."""
    session.pop(KEY, None)
