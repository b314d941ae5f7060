"""What staff wrote down about an account, and what was written to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.mentions import handle_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.notes import AccountNote, NoteMention
from portal.queries.paging import Page, limits, page_of
from portal.queries.permissions import ROLES
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.staff_story import NoteRow
from portal.queries.viewer import StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody a note may speak to, by what stands after the @."""

    login_id: int
    handle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesPage:
    """The notes of an account, the newest first, and who may be named in one."""

    header: AccountHeader
    notes: Page[NoteRow]
    colleagues: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An account on which somebody wrote to the viewer, and which they have not opened since."""

    account_id: int
    account_number: str
    by: str
    at: datetime


def notes_page(viewer: StaffViewer, account_id: int, *, number: int) -> NotesPage | None:
    """One page of notes; None when there is no such account."""
    offset, limit = limits(number)
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        rows = session.execute(_notes(account_id).offset(offset).limit(limit))
        return NotesPage(
            header=header,
            notes=page_of([_row(*row) for row in rows], number),
            colleagues=colleagues(session) if viewer.may("accounts.note") else (),
        )


def colleagues(session: Session) -> tuple[Colleague, ...]:
    """Staff who may read an account's notes, by their handles."""
    roles = [role for role, held in ROLES.items() if "accounts.view" in held]
    rows = session.execute(
        select(Login.id, Login.email, Login.name)
        .where(Login.face == "staff", Login.active, Login.role.in_(roles))
        .order_by(Login.email)
    )
    return tuple(
        Colleague(login_id=login_id, handle=handle_of(email), name=name or email)
        for login_id, email, name in rows
    )


def mentions_waiting(session: Session, viewer: StaffViewer) -> tuple[Mention, ...]:
    """Notes that speak to the viewer and wait to be read: the latest of each account, the newest first."""
    query = (
        select(
            AccountNote.guarantor_account_id,
            GuarantorAccount.number,
            Login.name,
            Login.email,
            AccountNote.at,
        )
        .join(NoteMention, NoteMention.note_id == AccountNote.id)
        .join(Login, Login.id == AccountNote.login_id)
        .join(GuarantorAccount, GuarantorAccount.id == AccountNote.guarantor_account_id)
        .where(NoteMention.login_id == viewer.login_id, NoteMention.seen_at.is_(None))
        .order_by(AccountNote.guarantor_account_id, AccountNote.id.desc())
        .ext(distinct_on(AccountNote.guarantor_account_id))
    )
    found = [
        Mention(account_id=account_id, account_number=number, by=name or email, at=at)
        for account_id, number, name, email, at in session.execute(query)
    ]
    return tuple(sorted(found, key=lambda mention: mention.at, reverse=True))


def _notes(account_id: int) -> Select[str, str, datetime, str, int]:
    return (
        select(Login.name, Login.email, AccountNote.at, AccountNote.text, AccountNote.id)
        .join(Login, Login.id == AccountNote.login_id)
        .where(AccountNote.guarantor_account_id == account_id)
        .order_by(AccountNote.id.desc())
    )


def _row(name: str, email: str, at: datetime, text: str, note_id: int) -> NoteRow:
    return NoteRow(by=name or email, at=at, text=text, id=note_id)
