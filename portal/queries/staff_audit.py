"""The audit trail across accounts: who did what to whose account on which day (HIPAA-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent
from portal.models.identity import Login
from portal.queries.audit_words import audited, did, ended, on_behalf, principal_name
from portal.queries.paging import Page, limits, page_of


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """What was asked for, and one page of what was found, the newest first."""

    events: Page[TrailEvent]
    people: tuple[tuple[int, str], ...]
    unknown_account: bool

    @property
    def account_ids(self) -> set[int]:
        return {account_id for event in self.events.rows for account_id, _ in event.accounts}


def audit_trail(
    *, account: str, login_id: int | None, on: date | None, zone: str, number: int = 1
) -> TrailPage:
    """Events of an account (by its number), of a member of staff, of a day; each narrows the other."""
    offset, limit = limits(number)
    with read_only() as session:
        query = (
            select(AuditEvent, Login.name, Login.email, principal_name())
            .outerjoin(Login, Login.id == AuditEvent.login_id)
            .order_by(AuditEvent.id.desc())
            .offset(offset)
            .limit(limit)
        )
        account_id = _account_id(session, account) if account else None
        if account:
            query = query.where(AuditEvent.account_ids.contains([account_id or 0]))
        if login_id is not None:
            query = query.where(AuditEvent.login_id == login_id)
        if on is not None:
            start = datetime.combine(on, time(), ZoneInfo(zone))
            query = query.where(AuditEvent.at >= start, AuditEvent.at < start + timedelta(days=1))
        rows = session.execute(query).all()
        numbers = _numbers(session, {one for event, *_ in rows for one in event.account_ids})
        people = _people(session)
    events = [
        _event(event, on_behalf(name or email or "", principal), numbers)
        for event, name, email, principal in rows
    ]
    return TrailPage(
        events=page_of(events, number),
        people=people,
        unknown_account=bool(account) and account_id is None,
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
    return TrailEvent(
        at=event.at,
        who=who or "nobody signed in",
        role=event.role.replace("_", " ") or event.face,
        action=did(event.action),
        what=audited(event.object_type, event.object_id),
        accounts=tuple((one, numbers[one]) for one in event.account_ids if one in numbers),
        outcome=ended(event.outcome),
        reason=event.reason,
        ip=event.ip,
    )
