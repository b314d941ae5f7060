"""End sessions: this one at sign-out, one device from the list, or all when the password changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.identity import LoginSession


def end_sessions(
    *,
    login_id: int,
    now: datetime,
    session_id: int | None = None,
    except_session_id: int | None = None,
    ends_trust: bool = False,
) -> int:
    """End the sign-in's live sessions, or just one; the number that ended. Another's id ends nothing.

    `ends_trust`: the browsers behind them are asked for a code again from their next sign-in on.
    """
    with transaction() as session:
        browsers = close_sessions(
            session,
            login_id=login_id,
            session_id=session_id,
            except_session_id=except_session_id,
            now=now,
        )
        if ends_trust:
            session.execute(
                update(LoginSession)
                .where(LoginSession.login_id == login_id, LoginSession.browser.in_(browsers))
                .values(trusted=False)
            )
        return len(browsers)


def close_sessions(
    session: Session,
    *,
    login_id: int,
    now: datetime,
    session_id: int | None = None,
    except_session_id: int | None = None,
) -> Sequence[str]:
    """The same with whatever else changes the person's rights; the marks of the browsers that ended."""
    statement = (
        update(LoginSession)
        .where(LoginSession.login_id == login_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.browser)
    )
    if session_id is not None:
        statement = statement.where(LoginSession.id == session_id)
    if except_session_id is not None:
        statement = statement.where(LoginSession.id != except_session_id)
    return session.scalars(statement).all()
