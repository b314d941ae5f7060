"""The thread of a sign-in without a record, as staff read it: what was written, and who they say they are (ID-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.identity import AccountAccess, Login
from portal.models.messages import ThreadMessage
from portal.models.profiles import Profile
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
        messages=tuple(_written(row.ThreadMessage, row.name or row.email or "") for row in rows),
        account_ids=tuple(linked),
    )


def _written(message: ThreadMessage, who: str) -> Written:
    of_patient = message.author == "patient"
    return Written(
        by_staff=not of_patient,
        who=who,
        body=message.body,
        at=message.at,
        emergency=message.kind == "emergency",
        open=of_patient and message.kind in TO_ANSWER and message.answered_at is None,
    )
