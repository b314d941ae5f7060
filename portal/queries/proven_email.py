"""The addresses that people proved by a code while signing up for an account."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login
from portal.queries.reach import mailboxes

# Of a login joined to its access to an account.
IS_PROVEN = (
    AccountAccess.ended_at.is_(None),
    Login.face == "patient",
    Login.active,
    Login.confirmed_at.is_not(None),
)


def proven_emails(session: Session, *, account_id: int) -> tuple[str, ...]:
    """Of every live sign-in of the account, oldest access first, as far as it may be used (HIPAA-10)."""
    found = session.scalars(
        select(Login.email)
        .join(AccountAccess, AccountAccess.login_id == Login.id)
        .where(AccountAccess.guarantor_account_id == account_id, *IS_PROVEN)
        .order_by(AccountAccess.id)
    ).all()
    goes_to = mailboxes(session, {(email, account_id) for email in found})
    return tuple(dict.fromkeys(to for email in found if (to := goes_to[email, account_id])))
