"""Who can sign in and read what we wrote to an account."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login


def reader_emails(session: Session, *, account_id: int) -> tuple[str, ...]:
    """The address of every live sign-in that may open the account."""
    return tuple(
        session.scalars(
            select(Login.email)
            .join(AccountAccess, AccountAccess.login_id == Login.id)
            .where(
                AccountAccess.guarantor_account_id == account_id,
                AccountAccess.ended_at.is_(None),
                Login.active,
            )
            .order_by(Login.id)
        )
    )
