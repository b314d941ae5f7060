"""Who can sign in and read what we wrote to an account, and where they are told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import AccountAccess, Login
from portal.queries.among import among
from portal.queries.reach import mailboxes


def reader_emails(session: Session, *, account_id: int) -> tuple[str, ...]:
    """The mailbox of every live sign-in that may open the account, as far as it may be used (HIPAA-10)."""
    return readers(session, [account_id])[account_id]


def readers(session: Session, account_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The same by account, in as many statements for many as for one; none is an empty tuple."""
    rows = session.execute(
        select(AccountAccess.guarantor_account_id, Login.email)
        .join(Login, AccountAccess.login_id == Login.id)
        .where(
            among(AccountAccess.guarantor_account_id, account_ids),
            AccountAccess.ended_at.is_(None),
            Login.active,
        )
        .order_by(Login.id)
    ).all()
    goes_to = mailboxes(session, {(email, account_id) for account_id, email in rows})
    found: dict[int, list[str]] = defaultdict(list)
    for account_id, email in rows:
        if to := goes_to[email, account_id]:
            found[account_id].append(to)
    return {one: tuple(dict.fromkeys(found[one])) for one in account_ids}
