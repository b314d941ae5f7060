"""How far somebody has come, kept in their signed cookie until the last screen."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "enrolment"


@dataclass(frozen=True, slots=True)
class Journey:
    """The matched code, the typed e-mail, and whether it was proven."""

    code_id: int
    nonce: str = ""
    email: str = ""
    email_sent_at: str = ""
    email_proven: bool = False

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.email_sent_at)

    @property
    def step(self) -> str:
        """The endpoint of the next open question."""
        if self.email_proven:
            return "enrolment.password"
        return "enrolment.email_code" if self.email else "enrolment.email"


def begin(code_id: int) -> Journey:
    """Start at the second question."""
    return _keep(Journey(code_id))


def mailed(journey: Journey, email: str) -> Journey:
    """An e-mail was typed: a new nonce makes older codes worthless."""
    fresh = replace(
        journey,
        email=email.strip().lower(),
        nonce=secrets.token_urlsafe(12),
        email_sent_at=now().isoformat(),
        email_proven=False,
    )
    return _keep(fresh)


def proven(journey: Journey) -> Journey:
    """The mailed code was right."""
    return _keep(replace(journey, email_proven=True))


def current() -> Journey | None:
    """Where this browser is, if anywhere."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Journey(**kept) if kept else None


def end() -> None:
    """Forget the journey."""
    session.pop(KEY, None)


def _keep(journey: Journey) -> Journey:
    session[KEY] = asdict(journey)
    return journey
