"""The audit trail across accounts: who did what to whose account, when, and how it ended (HIPAA-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent, AuditSeal
from portal.models.identity import Login
from portal.queries.audit_words import audited, did, ended, on_behalf, principal_name
from portal.queries.paging import PAGE_SIZE

MOST_EXPORTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What is looked for; each part narrows the others, and an empty one does not."""

    account: str = ""  # its number
    login_id: int | None = None
    email: str = ""  # of a sign-in of either face
    face: str = ""
    action: str = ""
    kind: str = ""  # of what was looked at or changed
    outcome: str = ""
    request_id: str = ""
    since: date | None = None
    until: date | None = None  # this day too

    def spelled(self) -> str:
        """For the trail itself: a search in it is written down (HIPAA-3)."""
        parts = {
            "account": self.account,
            "person": self.login_id or "all",
            "email": self.email,
            "face": self.face,
            "action": self.action,
            "kind": self.kind,
            "outcome": self.outcome,
            "request": self.request_id,
            "from": self.since,
            "to": self.until,
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    """One view, search, change or denied try."""

    at: datetime
    who: str
    role: str
    action: str
    what: str
    accounts: tuple[tuple[int, str], ...]
    outcome: str
    reason: str
    ip: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """One page of what was found, the newest first, and where the next begins."""

    events: tuple[TrailEvent, ...]
    older: str  # empty: that was all
    people: tuple[tuple[int, str], ...]
    unknown_account: bool
    last_seal: str  # the hash of the newest seal, to be kept elsewhere

    @property
    def account_ids(self) -> set[int]:
        return {account_id for event in self.events for account_id, _ in event.accounts}


def audit_trail(asked: TrailFilter, *, zone: str, before: str = "") -> TrailPage:
    """A page of at most 25, from `before` on: a place that an earlier page named, or the newest."""
    with read_only() as session:
        account_id = _account_id(session, asked.account) if asked.account else None
        query = _narrowed(asked, account_id, ZoneInfo(zone))
        if place := _place(before):
            query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*place))
        rows = session.execute(query.limit(PAGE_SIZE + 1)).all()
        return TrailPage(
            events=_events(session, rows[:PAGE_SIZE]),
            older=_mark(rows[PAGE_SIZE - 1].AuditEvent) if len(rows) > PAGE_SIZE else "",
            people=_people(session),
            unknown_account=bool(asked.account) and account_id is None,
            last_seal=session.scalar(
                select(AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1)
            )
            or "",
        )


def exported_trail(asked: TrailFilter, *, zone: str) -> tuple[TrailEvent, ...]:
    """The newest 10,000 of them, for a file."""
    with read_only() as session:
        account_id = _account_id(session, asked.account) if asked.account else None
        query = _narrowed(asked, account_id, ZoneInfo(zone))
        return _events(session, session.execute(query.limit(MOST_EXPORTED)).all())


def _narrowed(asked: TrailFilter, account_id: int | None, zone: ZoneInfo) -> Select[Any]:
    query = (
        select(AuditEvent, Login.name, Login.email, principal_name())
        .outerjoin(Login, Login.id == AuditEvent.login_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    if asked.account:
        query = query.where(AuditEvent.account_ids.contains([account_id or 0]))
    if asked.login_id is not None:
        query = query.where(AuditEvent.login_id == asked.login_id)
    if asked.email:
        theirs = select(Login.id).where(func.lower(Login.email) == asked.email.lower())
        query = query.where(AuditEvent.login_id.in_(theirs))
    same = {
        AuditEvent.face: asked.face,
        AuditEvent.action: asked.action,
        AuditEvent.object_type: asked.kind,
        AuditEvent.outcome: asked.outcome,
        AuditEvent.request_id: asked.request_id,
    }
    query = query.where(*(column == value for column, value in same.items() if value))
    if asked.outcome and asked.outcome != "ok":
        query = query.where(AuditEvent.outcome != "ok")  # so the small index of these is used
    if asked.since is not None:
        query = query.where(AuditEvent.at >= datetime.combine(asked.since, time(), zone))
    if asked.until is not None:
        day_after = asked.until + timedelta(days=1)
        query = query.where(AuditEvent.at < datetime.combine(day_after, time(), zone))
    return query


def _mark(event: AuditEvent) -> str:
    return f"{event.at.isoformat()}_{event.id}"


def _place(mark: str) -> tuple[datetime, int] | None:
    """Where a page ended; anything else means the newest."""
    at, _, event_id = mark.rpartition("_")
    try:
        return datetime.fromisoformat(at), int(event_id)
    except ValueError:
        return None


def _events(session: Session, rows: Sequence[Any]) -> tuple[TrailEvent, ...]:
    account_ids = {one for row in rows for one in row.AuditEvent.account_ids}
    numbers = _numbers(session, account_ids)
    return tuple(
        _event(row.AuditEvent, on_behalf(row.name or row.email or "", row.principal), numbers)
        for row in rows
    )


def _account_id(session: Session, number: str) -> int | None:
    bare = number.strip().replace(" ", "")
    spelled = {bare, f"{bare[:4]}-{bare[4:]}"}
    return session.scalar(select(GuarantorAccount.id).where(GuarantorAccount.number.in_(spelled)))


def _numbers(session: Session, account_ids: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(GuarantorAccount.id, GuarantorAccount.number).where(
            GuarantorAccount.id.in_(account_ids)
        )
    )
    return {row.id: row.number for row in rows}


def _people(session: Session) -> tuple[tuple[int, str], ...]:
    rows = session.execute(
        select(Login.id, Login.name, Login.email)
        .where(Login.face == "staff")
        .order_by(Login.name, Login.email)
    )
    return tuple((login_id, name or email) for login_id, name, email in rows)


def _event(event: AuditEvent, who: str, numbers: dict[int, str]) -> TrailEvent:
    reason = event.reason
    if event.row_count is not None:
        reason = f"{reason}, {event.row_count} rows".removeprefix(", ")
    return TrailEvent(
        at=event.at,
        who=who or "nobody signed in",
        role=event.role.replace("_", " ") or event.face,
        action=did(event.action),
        what=audited(event.object_type, event.object_id),
        accounts=tuple((one, numbers[one]) for one in event.account_ids if one in numbers),
        outcome=ended(event.outcome),
        reason=reason,
        ip=event.ip,
        request_id=event.request_id,
    )
