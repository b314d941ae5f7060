"""What the overview has to say to its reader about themselves: an e-mail that came back, a card to show again."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.queries.insurance_page import any_asked, known_plans
from portal.queries.viewer import AccountViewer, GuestViewer


@cache
def _query() -> Select[bool, Any]:
    return select(Login.email_failed_at.is_not(None), known_plans()).where(
        Login.id == bindparam("login_id")
    )


def own_notices(session: Session, viewer: AccountViewer, on: date) -> tuple[bool, bool]:
    """Whether our last e-mail came back, and whether we ask for somebody's insurance card."""
    if isinstance(viewer, GuestViewer):
        return False, False  # has no sign-in, no e-mail with us, and no page to show a card on
    own = session.execute(
        _query(), {"login_id": viewer.login_id, "account_ids": list(viewer.account_ids)}
    ).one_or_none()
    return (False, False) if own is None else (own[0], any_asked(own[1], on=on))
