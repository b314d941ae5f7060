"""How far somebody with a link has come, kept in the signed cookie and out of every address."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flask import session

from portal.web.clock import now

KEY = "text_link"


@dataclass(frozen=True, slots=True)
class Journey:
    """The link that was tapped, and the code that was sent."""

    token: str
    nonce: str = ""
    code_sent_at: str = ""
    about: str = ""  # "visit" by the link's own form, which says nothing of whether there is one

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.code_sent_at)


def begin(token: str, about: str = "") -> Journey:
    """A link was tapped, known or not."""
    return keep(Journey(token, about=about))


def with_new_code(journey: Journey) -> Journey:
    """The journey once a code is sent: its new nonce makes older codes worthless. Not kept yet."""
    return replace(journey, nonce=secrets.token_urlsafe(12), code_sent_at=now().isoformat())


def current() -> Journey | None:
    """Where this browser is, if anywhere."""
    kept: dict[str, Any] | None = session.get(KEY)
    return Journey(**kept) if kept else None


def end() -> None:
    """Forget the journey."""
    session.pop(KEY, None)


def keep(journey: Journey) -> Journey:
    """This is how far it came."""
    session[KEY] = asdict(journey)
    return journey
