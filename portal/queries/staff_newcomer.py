"""The thread of a sign-in without a record, as staff read it: what was written, and who they say they are (ID-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from portal.db import read_only
from portal.models.identity import AccountAccess, Login
from portal.models.messages import MessageAttachment, ThreadMessage
from portal.models.profiles import Profile
from portal.queries.patient_thread import FileOf, files_of
from portal.queries.staff_threads import TO_ANSWER

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message of the thread."""

    by_staff: bool
    who: str
    body: str
    at: datetime
    emergency: bool
    open: bool
    files: tuple[FileOf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerThread:
    """The newest first. `account_ids`: what the sign-in was linked to since."""

    login_id: int
    name: str
    email: str
    birth_on: date | None
    mobile: str
    mobile_proven: bool
    messages: tuple[Written, ...]
    account_ids: tuple[int, ...]

    @property
    def open(self) -> int:
        return sum(message.open for message in self.messages)


def newcomer_thread(login_id: int) -> NewcomerThread | None:
    """What one wrote before any record was linked; None where nothing was."""
    with read_only() as session:
        rows = session.execute(
            select(ThreadMessage, Login.name, Login.email)
            .outerjoin(Login, Login.id == ThreadMessage.login_id)
            .where(ThreadMessage.newcomer_id == login_id)
            .order_by(ThreadMessage.at.desc(), ThreadMessage.id.desc())
            .limit(SHOWN)
        ).all()
        if not rows:
            return None
        files = files_of(session, [row.ThreadMessage.id for row in rows])
        email = session.scalars(select(Login.email).where(Login.id == login_id)).one()
        said = session.get(Profile, login_id)
        linked = session.scalars(
            select(AccountAccess.guarantor_account_id)
            .where(AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None))
            .order_by(AccountAccess.guarantor_account_id)
        ).all()
    return NewcomerThread(
        login_id=login_id,
        name=f"{said.first_name} {said.last_name}".strip() if said else email,
        email=email,
        birth_on=said.birth_on if said else None,
        mobile=said.mobile if said else "",
        mobile_proven=bool(said and said.mobile_proven_at),
        messages=tuple(
            _written(
                row.ThreadMessage,
                row.name or row.email or "",
                files.get(row.ThreadMessage.id, ()),
            )
            for row in rows
        ),
        account_ids=tuple(linked),
    )


def newcomer_file(login_id: int, file_id: UUID) -> tuple[str, str] | None:
    """Media type and key in the store of a file that came before any record was linked; None for another's."""
    with read_only() as session:
        row = session.execute(
            select(MessageAttachment.media_type, MessageAttachment.stored_as)
            .join(ThreadMessage, ThreadMessage.id == MessageAttachment.message_id)
            .where(MessageAttachment.id == file_id, ThreadMessage.newcomer_id == login_id)
        ).one_or_none()
    return (row.media_type, row.stored_as) if row else None


def _written(message: ThreadMessage, who: str, files: tuple[FileOf, ...]) -> Written:
    of_patient = message.author == "patient"
    return Written(
        by_staff=not of_patient,
        who=who,
        body=message.body,
        at=message.at,
        emergency=message.kind == "emergency",
        open=of_patient and message.kind in TO_ANSWER and message.answered_at is None,
        files=files,
    )
