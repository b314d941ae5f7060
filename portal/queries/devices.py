"""The browsers where a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import read_only
from portal.models.identity import AccountAccess, Login, LoginSession
from portal.queries.viewer import LoginViewer

TRUST = timedelta(days=30)  # at most (ID-9)


@dataclass(frozen=True, slots=True)
class Device:
    """One live session."""

    session_id: int
    name: str
    started_at: datetime
    seen_at: datetime
    this_one: bool


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """How a person signs in, and where they are signed in now."""

    email: str
    second_factor: str  # authenticator, sms
    devices: tuple[Device, ...]
    accounts: int


def is_trusted(*, login_id: int, browser: str, now: datetime) -> bool:
    """Whether the person chose to trust this browser within 30 days and has not signed it out by the list since."""
    with read_only() as session:
        found = session.scalar(
            select(LoginSession.id)
            .where(
                LoginSession.login_id == login_id,
                LoginSession.browser == browser,
                LoginSession.trusted,
                LoginSession.started_at > now - TRUST,
            )
            .limit(1)
        )
    return bool(browser) and found is not None


def is_own_session(viewer: LoginViewer, session_id: int) -> bool:
    """Whether the session, live or over, is of the viewer's own sign-in."""
    with read_only() as session:
        found = session.scalar(
            select(LoginSession.id).where(
                LoginSession.id == session_id, LoginSession.login_id == viewer.login_id
            )
        )
    return found is not None


def security_page(
    viewer: LoginViewer,
    *,
    session_id: int,
    idle: timedelta,
    absolute: timedelta,
    now: datetime,
) -> SecurityPage:
    """The viewer's own sign-in; there is no way to ask for another's."""
    with read_only() as session:
        email, method = session.execute(
            select(Login.email, Login.tf_primary_method).where(Login.id == viewer.login_id)
        ).one()
        rows = session.execute(
            select(
                LoginSession.id, LoginSession.device, LoginSession.started_at, LoginSession.seen_at
            )
            .where(
                LoginSession.login_id == viewer.login_id,
                LoginSession.ended_at.is_(None),
                LoginSession.seen_at > now - idle,
                LoginSession.started_at > now - absolute,
            )
            .order_by(LoginSession.seen_at.desc())
        ).all()
        linked = session.scalars(
            select(AccountAccess.id).where(
                AccountAccess.login_id == viewer.login_id, AccountAccess.ended_at.is_(None)
            )
        ).all()
    devices = tuple(Device(*row, this_one=row.id == session_id) for row in rows)
    return SecurityPage(email, method or "", devices, len(linked))
