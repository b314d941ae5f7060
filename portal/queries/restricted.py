"""Restricted accounts as the office sees them: what stands before one, its history, and who opened it for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from billing.audit_rules import GLASS_WORDS, RESTRICTION_WORDS, GlassReason, Restriction
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.audit import BreakGlass, RestrictedAccount
from portal.models.identity import Login
from portal.queries.paging import PAGE_SIZE
from portal.queries.staff_account import AccountHeader, account_header


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDoor:
    """All that is told before a reason was given."""

    account_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRow:
    """One time that an account was restricted."""

    why: str
    reason: str
    colleague: str  # whose own record it is
    by: str
    at: datetime
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassRow:
    """One time that somebody opened it for a reason."""

    who: str
    role: str
    why: str
    reason: str
    at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionPage:
    """The restriction of one account, with its history."""

    header: AccountHeader
    live: RestrictionRow | None
    rows: tuple[RestrictionRow, ...]
    opened: tuple[GlassRow, ...]
    colleagues: tuple[tuple[int, str], ...]


def closed_door(account_id: int) -> ClosedDoor | None:
    """The number of a restricted account and nothing else of it; None when it is not restricted."""
    with read_only() as session:
        number = session.scalar(
            select(GuarantorAccount.number)
            .join(RestrictedAccount, RestrictedAccount.guarantor_account_id == GuarantorAccount.id)
            .where(GuarantorAccount.id == account_id, RestrictedAccount.ended_at.is_(None))
        )
    return ClosedDoor(account_id=account_id, number=number) if number else None


def restriction_page(account_id: int) -> RestrictionPage | None:
    """None when there is no such account."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        rows = _restrictions(session, account_id)
        return RestrictionPage(
            header=header,
            live=next((row for row in rows if row.ended_at is None), None),
            rows=rows,
            opened=_opened(session, account_id),
            colleagues=tuple(
                (login_id, name)
                for login_id, name in session.execute(
                    select(Login.id, _name(Login))
                    .where(Login.face == "staff")
                    .order_by(_name(Login))
                )
            ),
        )


def _restrictions(session: Session, account_id: int) -> tuple[RestrictionRow, ...]:
    setter, colleague = aliased(Login), aliased(Login)
    found = session.execute(
        select(RestrictedAccount, _name(setter), _name(colleague))
        .join(setter, setter.id == RestrictedAccount.set_by_id)
        .outerjoin(colleague, colleague.id == RestrictedAccount.staff_login_id)
        .where(RestrictedAccount.guarantor_account_id == account_id)
        .order_by(RestrictedAccount.id.desc())
        .limit(PAGE_SIZE)
    )
    return tuple(
        RestrictionRow(
            why=RESTRICTION_WORDS[Restriction(row.kind)],
            reason=row.reason,
            colleague=whose or "",
            by=by,
            at=row.set_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
        )
        for row, by, whose in found
    )


def _opened(session: Session, account_id: int) -> tuple[GlassRow, ...]:
    found = session.execute(
        select(BreakGlass, _name(Login))
        .join(Login, Login.id == BreakGlass.login_id)
        .where(BreakGlass.guarantor_account_id == account_id)
        .order_by(BreakGlass.id.desc())
        .limit(PAGE_SIZE)
    )
    return tuple(
        GlassRow(
            who=who,
            role=row.role.replace("_", " "),
            why=GLASS_WORDS[GlassReason(row.reason_code)],
            reason=row.reason,
            at=row.opened_at,
            ends_at=row.ends_at,
        )
        for row, who in found
    )


def _name(login: Any) -> Any:
    return func.coalesce(func.nullif(login.name, ""), login.email)
