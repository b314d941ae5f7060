"""Set the first password of an invited member of staff; the link works once, for seven days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update

from portal.db import transaction
from portal.models.identity import Login
from portal.queries.staff_members import INVITATION_LIFE
from portal.services.refusal import NotFound
from portal.services.start_session import session_hash


def invited_email(*, token: str, now: datetime) -> str:
    """Whom the link invites; a used, old or invented one is not found."""
    with transaction() as session:
        email = session.scalar(select(Login.email).where(_open(token, now)))
    if email is None:
        raise NotFound
    return email


def accept_invitation(*, token: str, password_hash: str, now: datetime) -> int:
    """Spend the link and store the password; the sign-in, which still needs its authenticator."""
    with transaction() as session:
        login_id: int | None = session.scalar(
            update(Login)
            .where(_open(token, now))
            .values(password=password_hash, invitation_hash=None, confirmed_at=now)
            .returning(Login.id)
        )
    if login_id is None:
        raise NotFound
    return login_id


def _open(token: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        Login.invitation_hash == session_hash(token),
        Login.invited_at > now - INVITATION_LIFE,
        Login.active,
    )
