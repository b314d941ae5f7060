"""What a patient and the office wrote to each other, as the patient reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Label,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.identity import AccountAccess, Login
from portal.models.messages import MessageAttachment, ThreadMessage
from portal.queries.among import listed
from portal.queries.viewer import PatientViewer

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOf:
    """A file that came with a message."""

    id: UUID
    is_pdf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. `is_new`: an answer that was not read before this page."""

    id: int
    ours: bool
    by: str  # another sign-in that wrote it; empty for the reader's own, for a text and for ours
    by_text: bool
    body: str
    at: datetime
    visit_id: int | None
    service_on: date | None
    is_new: bool
    line: str = ""  # of the bill, in our own plain words
    files: tuple[FileOf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientThread:
    """The thread, the newest last, and the accounts one may write about: (id, name)."""

    messages: tuple[Said, ...]
    accounts: tuple[tuple[int, str], ...]
    more: bool


def patient_thread(viewer: PatientViewer, *, whole: bool = False) -> PatientThread:
    """The latest messages of the viewer's accounts, or the `whole` thread (HIPAA-8)."""
    query = (
        select(
            ThreadMessage.id,
            ThreadMessage.author,
            ThreadMessage.login_id,
            _writer(),
            ThreadMessage.channel,
            ThreadMessage.body,
            ThreadMessage.at,
            ThreadMessage.visit_id,
            ThreadMessage.seen_at,
            Visit.service_on,
            Charge.description.label("line"),
        )
        .outerjoin(Visit, Visit.id == ThreadMessage.visit_id)
        .outerjoin(Charge, Charge.id == ThreadMessage.charge_id)
        .where(in_thread_of(viewer))
        .order_by(ThreadMessage.at.desc(), ThreadMessage.id.desc())
        .limit(None if whole else SHOWN + 1)
    )
    accounts = (
        select(GuarantorAccount)
        .where(GuarantorAccount.id.in_(viewer.account_ids))
        .order_by(GuarantorAccount.id)
    )
    with read_only() as session:
        rows = session.execute(query).all()
        files = files_of(session, [row.id for row in rows])
        names = tuple(
            (account.id, f"{account.display_name}, account {account.number}")
            for account in session.scalars(accounts)
        )
    return PatientThread(
        messages=tuple(
            Said(
                id=row.id,
                ours=row.author == "staff",
                by=_by(row, viewer),
                by_text=row.channel == "sms",
                body=row.body,
                at=row.at,
                visit_id=row.visit_id,
                service_on=row.service_on,
                is_new=row.author == "staff" and row.seen_at is None,
                line=row.line or "",
                files=files.get(row.id, ()),
            )
            for row in reversed(rows if whole else rows[:SHOWN])
        ),
        accounts=names,
        more=not whole and len(rows) > SHOWN,
    )


def files_of(session: Session, message_ids: Sequence[int]) -> dict[int, tuple[FileOf, ...]]:
    """By message: what came with it."""
    found: dict[int, tuple[FileOf, ...]] = {}
    for row in session.scalars(
        select(MessageAttachment)
        .where(MessageAttachment.message_id.in_(message_ids))
        .order_by(MessageAttachment.added_at, MessageAttachment.id)
    ):
        one = FileOf(id=row.id, is_pdf=row.media_type == "application/pdf")
        found[row.message_id] = (*found.get(row.message_id, ()), one)
    return found


def own_file(viewer: PatientViewer, file_id: UUID) -> tuple[str, str, int | None] | None:
    """Media type, key in the store and account of a file in the viewer's thread; None for another's."""
    with read_only() as session:
        row = session.execute(
            select(
                MessageAttachment.media_type,
                MessageAttachment.stored_as,
                ThreadMessage.guarantor_account_id,
            )
            .join(ThreadMessage, ThreadMessage.id == MessageAttachment.message_id)
            .where(MessageAttachment.id == file_id, in_thread_of(viewer))
        ).one_or_none()
    return (row.media_type, row.stored_as, row.guarantor_account_id) if row else None


def in_thread_of(viewer: PatientViewer) -> ColumnElement[bool]:
    """True of a message on the viewer's accounts, and of what was written before there was any."""
    on_account = ThreadMessage.guarantor_account_id.in_(viewer.account_ids)
    if viewer.acting_for is not None:
        return on_account
    return or_(on_account, ThreadMessage.newcomer_id == viewer.login_id)


def _writer() -> Label[str | None]:
    """The sign-in that wrote a message, when it is a helper's and not one of the account's own."""
    own = exists().where(
        AccountAccess.login_id == ThreadMessage.login_id,
        AccountAccess.guarantor_account_id == ThreadMessage.guarantor_account_id,
    )
    of_patient = ThreadMessage.author == "patient"
    of_account = ThreadMessage.guarantor_account_id.is_not(None)
    email = select(Login.email).where(
        Login.id == ThreadMessage.login_id, of_patient, of_account, ~own
    )
    return email.scalar_subquery().label("helper_email")


def _by(row: Row[*tuple[Any, ...]], viewer: PatientViewer) -> str:
    """Who wrote it, as far as the reader may know: another helper is not named to a helper (HIPAA-9)."""
    if row.author != "patient" or (row.login_id is not None and row.login_id == viewer.login_id):
        return ""
    if viewer.acting_for is None:
        return row.helper_email or ""
    return "Another helper" if row.helper_email else viewer.acting_for.first_name


_UNREAD = (ThreadMessage.author == "staff", ThreadMessage.seen_at.is_(None))


@cache
def _unread_query() -> Select[int]:
    mine = or_(
        listed(ThreadMessage.guarantor_account_id, "account_ids"),
        ThreadMessage.newcomer_id == bindparam("newcomer_id"),
    )
    return select(func.count(ThreadMessage.id)).where(mine, *_UNREAD)


def unread_answers(viewer: PatientViewer) -> int:
    """How many answers of the office wait to be read, for the mark in the menu."""
    with read_only() as session:
        own = viewer.login_id if viewer.acting_for is None else None
        found = session.scalar(
            _unread_query(), {"account_ids": list(viewer.account_ids), "newcomer_id": own}
        )
    return int(found or 0)


def unread_by(login_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """As a part of another query: the same number, of the accounts that a sign-in may see now."""
    return (
        select(func.count(ThreadMessage.id))
        .join(
            AccountAccess, AccountAccess.guarantor_account_id == ThreadMessage.guarantor_account_id
        )
        .where(AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None), *_UNREAD)
        .scalar_subquery()
    )
