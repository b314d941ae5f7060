"""Who can sign in and read what we wrote to an account, and where they are told of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login
from portal.queries.reach import mailboxes


def reader_emails(session: Session, *, account_id: int) -> tuple[str, ...]:
    """The mailbox of every live sign-in that may open the account, as far as it may be used (HIPAA-10)."""
    found = session.scalars(
        select(Login.email)
        .join(AccountAccess, AccountAccess.login_id == Login.id)
        .where(
            AccountAccess.guarantor_account_id == account_id,
            AccountAccess.ended_at.is_(None),
            Login.active,
        )
        .order_by(Login.id)
    ).all()
    goes_to = mailboxes(session, {(email, account_id) for email in found})
    return tuple(dict.fromkeys(to for email in found if (to := goes_to[email, account_id])))
