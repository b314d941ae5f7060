"""The addresses that people proved by a code while signing up for an account."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login

# Of a login joined to its access to an account.
IS_PROVEN = (
    AccountAccess.ended_at.is_(None),
    Login.face == "patient",
    Login.active,
    Login.confirmed_at.is_not(None),
)


def proven_emails(session: Session, *, account_id: int) -> tuple[str, ...]:
    """Of every live sign-in of the account, oldest access first."""
    return tuple(
        session.scalars(
            select(Login.email)
            .join(AccountAccess, AccountAccess.login_id == Login.id)
            .where(AccountAccess.guarantor_account_id == account_id, *IS_PROVEN)
            .order_by(AccountAccess.id)
        )
    )
