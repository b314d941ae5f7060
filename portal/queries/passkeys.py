"""A person's own passkeys, as their page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.identity import Passkey
from portal.queries.viewer import LoginViewer


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey by the name its owner gave it."""

    name: str
    added_at: datetime
    last_used_at: datetime


def passkeys_of(viewer: LoginViewer) -> tuple[PasskeyRow, ...]:
    """The viewer's own, the oldest first; there is no way to ask for another's."""
    with read_only() as session:
        rows = session.execute(
            select(Passkey.name, Passkey.created_at, Passkey.last_used_at)
            .where(Passkey.login_id == viewer.login_id)
            .order_by(Passkey.id)
        ).all()
    return tuple(PasskeyRow(*row) for row in rows)
