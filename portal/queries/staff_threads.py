"""Messages as staff read them: the inbox across accounts, one account's thread, and texts of unknown numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, case, distinct, func, select
from sqlalchemy.orm import Session, aliased

from billing.worklists import answer_by, late_before
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.messages import ThreadMessage
from portal.models.profiles import Profile
from portal.queries.paging import Page, limits, page_of
from portal.queries.text_senders import senders
from portal.queries.viewer import StaffViewer

FILTERS = {
    "open": "To answer",
    "late": "Late",
    "unread": "Not read yet",
    "mine": "Mine",
    "unknown": "Unknown numbers",
    "answered": "Answered",
}
TO_ANSWER = ("question", "emergency", "received")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One account, or one number that is nobody's, with what waits in it. `latest_id` is its newest message."""

    account_id: int | None
    newcomer_id: int | None  # a sign-in without a record
    name: str
    account_number: str
    phone: str
    latest_id: int
    latest_at: datetime
    waiting_since: datetime | None
    unread: int
    open: int
    urgent: bool
    assigned_to: str
    answer_by: date | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextIn:
    """One text from a number that could not be placed."""

    id: int
    body: str
    at: datetime
    kind: str
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An account that has this number, among several."""

    account_id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """The texts of one number, the newest last, and the accounts it may belong to."""

    message_id: int
    phone: str
    texts: tuple[TextIn, ...]
    candidates: tuple[Candidate, ...]

    @property
    def open(self) -> bool:
        return any(not text.answered for text in self.texts)


def waiting() -> ColumnElement[bool]:
    """A patient's message that nobody has answered or found to need no answer."""
    return and_(
        ThreadMessage.author == "patient",
        ThreadMessage.kind.in_(TO_ANSWER),
        ThreadMessage.answered_at.is_(None),
    )


def staff_inbox(
    viewer: StaffViewer, *, wanted: str, on: date, zone: str, number: int = 1
) -> Page[Conversation]:
    """One page of conversations: emergencies first, then who waits longest, so what is due first; answered ones by the newest."""
    offset, limit = limits(number)
    late = datetime.combine(late_before(on), time.min, tzinfo=ZoneInfo(zone))
    with read_only() as session:
        query = _inbox(viewer, wanted, late).offset(offset).limit(limit)
        rows = session.execute(query).all()
    return page_of([_conversation(row, late, zone) for row in rows], number)


def _inbox(viewer: StaffViewer, wanted: str, late: datetime) -> Select[*tuple[Any, ...]]:
    newcomer = ThreadMessage.newcomer_id
    stranger = and_(ThreadMessage.guarantor_account_id.is_(None), newcomer.is_(None))
    open_ones = func.count().filter(waiting())
    unread = func.count().filter(ThreadMessage.seen_at.is_(None), ThreadMessage.kind.in_(TO_ANSWER))
    urgent = func.bool_or(and_(waiting(), ThreadMessage.kind == "emergency"))
    since = func.min(ThreadMessage.at).filter(waiting())
    assigned = func.max(ThreadMessage.assigned_to_id).filter(waiting())
    latest = func.max(ThreadMessage.at)
    groups = (
        select(
            ThreadMessage.guarantor_account_id,
            newcomer,
            func.max(ThreadMessage.phone).filter(stranger).label("phone"),
            func.max(ThreadMessage.id).label("latest_id"),
            latest.label("latest_at"),
            since.label("since"),
            unread.label("unread"),
            open_ones.label("open"),
            func.coalesce(urgent, False).label("urgent"),
            assigned.label("assigned"),
        )
        .where(ThreadMessage.author == "patient", ThreadMessage.kind.in_(TO_ANSWER))
        .group_by(
            ThreadMessage.guarantor_account_id,
            newcomer,
            case((stranger, ThreadMessage.phone), else_=""),
        )
    )
    having = {
        "unread": unread > 0,
        "late": since < late,
        "mine": and_(open_ones > 0, assigned == viewer.login_id),
        "unknown": and_(open_ones > 0, func.bool_and(stranger)),
        "answered": open_ones == 0,
    }.get(wanted, open_ones > 0)
    group = groups.having(having).subquery()
    login, writer = aliased(Login), aliased(Login)
    order = (
        (group.c.latest_at.desc(),)
        if wanted == "answered"
        else (group.c.urgent.desc(), group.c.since.asc().nulls_last())
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            group,
            GuarantorAccount,
            Profile.first_name,
            Profile.last_name,
            writer.email.label("writer"),
            login.name.label("by_name"),
            login.email.label("by_email"),
        )
        .outerjoin(GuarantorAccount, GuarantorAccount.id == group.c.guarantor_account_id)
        .outerjoin(writer, writer.id == group.c.newcomer_id)
        .outerjoin(Profile, Profile.login_id == group.c.newcomer_id)
        .outerjoin(login, login.id == group.c.assigned)
        .order_by(*order, group.c.latest_id)
    )
    return query


def _conversation(row: Row[*tuple[Any, ...]], late: datetime, zone: str) -> Conversation:
    account = row.GuarantorAccount
    newcomer = f"{row.first_name or ''} {row.last_name or ''}".strip() or row.writer or ""
    return Conversation(
        account_id=row.guarantor_account_id,
        newcomer_id=row.newcomer_id,
        name=account.display_name if account else newcomer,
        account_number=account.number if account else "",
        phone=row.phone or "",
        latest_id=row.latest_id,
        latest_at=row.latest_at,
        waiting_since=row.since,
        unread=row.unread,
        open=row.open,
        urgent=row.urgent,
        assigned_to=row.by_name or row.by_email or "",
        answer_by=answer_by(row.since.astimezone(ZoneInfo(zone)).date()) if row.since else None,
        late=row.since is not None and row.since < late,
    )


def conversations_waiting(session: Session) -> int:
    """How many conversations wait for an answer, as the inbox groups them."""
    of_whom = func.concat_ws(
        ":", ThreadMessage.guarantor_account_id, ThreadMessage.newcomer_id, _stranger_phone()
    )
    return session.scalar(select(func.count(distinct(of_whom))).where(waiting())) or 0


def _stranger_phone() -> ColumnElement[str]:
    nobody = and_(ThreadMessage.guarantor_account_id.is_(None), ThreadMessage.newcomer_id.is_(None))
    return case((nobody, ThreadMessage.phone), else_="")


def account_numbered(number: str) -> frozenset[int]:
    """The account with this number, if any."""
    with read_only() as session:
        wanted = GuarantorAccount.number == number.strip()
        return frozenset(session.scalars(select(GuarantorAccount.id).where(wanted)))


def stranger(message_id: int) -> Stranger | None:
    """The texts of the number that sent this one and that no account has; None when it is placed or missing."""
    with read_only() as session:
        phone = _phone_of(session, message_id)
        if phone is None:
            return None
        texts = session.execute(
            select(ThreadMessage)
            .where(
                ThreadMessage.phone == phone,
                ThreadMessage.channel == "sms",
                ThreadMessage.guarantor_account_id.is_(None),
            )
            .order_by(ThreadMessage.at.desc(), ThreadMessage.id.desc())
            .limit(100)
        ).scalars()
        rows = list(reversed(list(texts)))
        accounts = session.scalars(
            select(GuarantorAccount)
            .where(GuarantorAccount.id.in_([s.account_id for s in senders(session, phone)]))
            .order_by(GuarantorAccount.id)
        ).all()
    return Stranger(
        message_id=message_id,
        phone=phone,
        texts=tuple(
            TextIn(
                id=row.id,
                body=row.body,
                at=row.at,
                kind=row.kind,
                answered=row.answered_at is not None,
            )
            for row in rows
        ),
        candidates=tuple(
            Candidate(account_id=a.id, number=a.number, name=a.display_name) for a in accounts
        ),
    )


def _phone_of(session: Session, message_id: int) -> str | None:
    return session.scalar(
        select(ThreadMessage.phone).where(
            ThreadMessage.id == message_id,
            ThreadMessage.channel == "sms",
            ThreadMessage.guarantor_account_id.is_(None),
        )
    )
