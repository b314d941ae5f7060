"""Who saw and did what on an account, from the audit trail (HIPAA-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.identity import Login
from portal.queries.audit_words import audited, did, ended, on_behalf, principal_name
from portal.queries.paging import Page, limits, page_of
from portal.queries.staff_account import AccountHeader, account_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One view, search or change."""

    at: datetime
    who: str
    role: str
    action: str
    what: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """The trail of an account, the newest first."""

    header: AccountHeader
    events: Page[Activity]


def activity_page(account_id: int, *, number: int = 1) -> ActivityPage | None:
    """The trail of an account; None when there is none by this id."""
    offset, limit = limits(number)
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        rows = session.execute(
            select(
                AuditEvent.at,
                AuditEvent.face,
                AuditEvent.role,
                AuditEvent.action,
                AuditEvent.object_type,
                AuditEvent.object_id,
                AuditEvent.outcome,
                Login.name,
                Login.email,
                principal_name(),
            )
            .outerjoin(Login, Login.id == AuditEvent.login_id)
            .where(AuditEvent.account_ids.contains([account_id]))
            .order_by(AuditEvent.id.desc())
            .offset(offset)
            .limit(limit)
        ).all()
    events = [
        Activity(
            at=row.at,
            who=on_behalf(row.name or row.email or "nobody signed in", row.principal),
            role=row.role.replace("_", " ") or row.face,
            action=did(row.action),
            what=audited(row.object_type, row.object_id),
            outcome=ended(row.outcome),
        )
        for row in rows
    ]
    return ActivityPage(header=header, events=page_of(events, number))
