"""The address that somebody proved by a code while signing up for an account."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login


def proven_emails() -> Select[int, str]:
    """Account and address of every live sign-in of a patient, oldest access first."""
    return (
        select(AccountAccess.guarantor_account_id, Login.email)
        .join(Login, Login.id == AccountAccess.login_id)
        .where(
            Login.face == "patient",
            Login.active,
            Login.confirmed_at.is_not(None),
            AccountAccess.ended_at.is_(None),
        )
        .order_by(AccountAccess.id)
    )


def proven_email(session: Session, *, account_id: int) -> str:
    """The first of an account; empty when nobody signed up for it."""
    rows = proven_emails().where(AccountAccess.guarantor_account_id == account_id).limit(1)
    found = session.execute(rows).one_or_none()
    return found.email if found else ""
