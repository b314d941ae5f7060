"""What staff must know before they speak or write to somebody who asked to be reached apart (HIPAA-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.reach import Lines, Wishes
from portal.db import read_only
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import AccountAccess, Login
from portal.queries.reach import standing_requests, wishes_of
from portal.queries.staff_account import AccountHeader, account_header

SOURCES = {"page": "on our site", "desk": "at the desk", "phone": "by phone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, who wrote it down, and who saw it."""

    wishes: Wishes
    street: tuple[str, ...]  # as the form has it: street, street2, city, state, ZIP
    at: datetime
    source: str
    by: str
    seen_at: datetime | None
    seen_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfidential:
    """What holds for an account, and what held before."""

    header: AccountHeader
    now: Asked | None
    before: tuple[Asked, ...]
    others: tuple[str, ...]  # further sign-ins that open the account

    @property
    def address(self) -> Lines:
        return self.now.wishes.address if self.now else ()


def confidential_of(account_id: int) -> StaffConfidential | None:
    """The page of an account; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        standing = standing_requests(session, [account_id]).get(account_id)
        past = session.scalars(
            select(ConfidentialRequest)
            .where(
                ConfidentialRequest.account_ids.contains([account_id]),
                ConfidentialRequest.ended_at.is_not(None),
            )
            .order_by(ConfidentialRequest.id.desc())
        ).all()
        names = _names(session, [standing, *past])
        others = session.scalars(
            select(Login.email)
            .join(AccountAccess, AccountAccess.login_id == Login.id)
            .where(
                AccountAccess.guarantor_account_id == account_id,
                AccountAccess.ended_at.is_(None),
                Login.id != (standing.login_id if standing else None),
            )
            .order_by(Login.id)
        ).all()
        return StaffConfidential(
            header=header,
            now=_asked(standing, names) if standing else None,
            before=tuple(_asked(row, names) for row in past),
            others=tuple(others) if standing and standing.login_id else (),
        )


def _asked(row: ConfidentialRequest, names: dict[int, str]) -> Asked:
    wishes = wishes_of(row)
    assert wishes is not None  # of a row there always are
    return Asked(
        wishes=wishes,
        street=(row.street, row.street2, row.city, row.state, row.postal_code),
        at=row.asked_at,
        source=SOURCES[row.source],
        by="" if row.source == "page" else names.get(row.asked_by_id, ""),
        seen_at=row.seen_at,
        seen_by=names.get(row.seen_by_id or 0, ""),
        ended_at=row.ended_at,
    )


def _names(session: Session, rows: list[ConfidentialRequest | None]) -> dict[int, str]:
    ids = {id_ for row in rows if row for id_ in (row.asked_by_id, row.seen_by_id) if id_}
    found = session.execute(
        select(Login.id, Login.name, Login.email).where(Login.id.in_(ids), Login.face == "staff")
    )
    return {row.id: row.name or row.email for row in found}
