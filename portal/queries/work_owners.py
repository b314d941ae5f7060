"""Who may look after an item of work."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.identity import Login
from portal.queries.permissions import ROLES


def work_owners(session: Session) -> tuple[tuple[int, str], ...]:
    """Login and name of everybody who may decide, by name."""
    roles = [role for role, held in ROLES.items() if "work.decide" in held]
    rows = session.execute(
        select(Login.id, Login.name, Login.email)
        .where(Login.face == "staff", Login.active, Login.role.in_(roles))
        .order_by(Login.name, Login.email)
    )
    return tuple((login_id, name or email) for login_id, name, email in rows)


def everybody_who_decides() -> tuple[tuple[int, str], ...]:
    """The same for a form."""
    with read_only() as session:
        return work_owners(session)
