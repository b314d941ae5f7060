"""A link that was mailed was used: the address is its owner's (ID-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.db import transaction
from portal.models.identity import Login


def confirm_email(*, login_id: int, now: datetime) -> None:
    """Count the address as proven from now on, unless it was before."""
    with transaction() as session:
        session.execute(
            update(Login)
            .where(Login.id == login_id, Login.confirmed_at.is_(None))
            .values(confirmed_at=now)
        )
