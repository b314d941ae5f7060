"""Who signs in to see an account: for the day one of them has lost every way in (ID-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.db import read_only
from portal.models.identity import AccountAccess, Login, LoginSession
from portal.queries.staff_account import AccountHeader, account_header


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One live access to the account."""

    login_id: int
    email: str
    since: datetime
    last_signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInsPage:
    """The account, and everybody who may see it here."""

    header: AccountHeader
    sign_ins: tuple[SignInRow, ...]


def sign_ins_page(account_id: int) -> SignInsPage | None:
    """The sign-ins of an account; None when there is no account by this id."""
    last = (
        select(func.max(LoginSession.started_at))
        .where(LoginSession.login_id == Login.id)
        .scalar_subquery()
    )
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        rows = session.execute(
            select(Login.id, Login.email, AccountAccess.granted_at, last)
            .join(AccountAccess, AccountAccess.login_id == Login.id)
            .where(
                AccountAccess.guarantor_account_id == account_id,
                AccountAccess.ended_at.is_(None),
                Login.face == "patient",
            )
            .order_by(AccountAccess.id)
        ).all()
    return SignInsPage(header, tuple(SignInRow(*row) for row in rows))
