"""Alerts of the audit trail and the months that are signed off or due (HIPAA-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from billing.audit_rules import ALERT_WORDS, FINDING_WORDS, Alert, Finding
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditAlert, AuditEvent, AuditSignOff
from portal.models.identity import Login
from portal.queries.paging import Page, limits, page_of

_DECEMBER = 12
MONTHS_ASKED = 12  # how far back a month without its signature is called due


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, in words."""

    id: int
    what: str
    day: date
    who: str
    login_id: int | None
    account_id: int | None
    account_number: str
    events: int
    detail: str
    event_at: datetime | None  # of the first row that it stands on
    reviewed_at: datetime | None
    reviewed_by: str
    finding: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One month: signed, or due."""

    month: date
    by: str = ""
    at: datetime | None = None
    alerts: int = 0
    last_seal_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    """One page of alerts, the open ones alone or all, and the months."""

    alerts: Page[AlertRow]
    months: tuple[MonthRow, ...]

    @property
    def account_ids(self) -> set[int]:
        return {one.account_id for one in self.alerts.rows if one.account_id}


def alerts_page(*, judged: bool, on: date, number: int = 1) -> AlertsPage:
    """The oldest open one first; with `judged` those that were judged, the newest first."""
    offset, limit = limits(number)
    query = _alerts()
    if judged:
        query = query.where(AuditAlert.reviewed_at.is_not(None)).order_by(
            AuditAlert.day.desc(), AuditAlert.id.desc()
        )
    else:
        query = query.where(AuditAlert.reviewed_at.is_(None)).order_by(
            AuditAlert.day, AuditAlert.id
        )
    with read_only() as session:
        rows = session.execute(query.offset(offset).limit(limit)).all()
        return AlertsPage(
            alerts=page_of([_row(row) for row in rows], number), months=_months(session, on)
        )


def alert_page(alert_id: int) -> AlertRow | None:
    """One alert; None when there is none."""
    with read_only() as session:
        row = session.execute(_alerts().where(AuditAlert.id == alert_id)).one_or_none()
    return _row(row) if row is not None else None


def first_of_next(month: date) -> date:
    """The first day of the month after."""
    if month.month == _DECEMBER:
        return date(month.year + 1, 1, 1)
    return date(month.year, month.month + 1, 1)


def _months(session: Session, on: date) -> tuple[MonthRow, ...]:
    """Months that are over, the newest first, back to the first alert or a year."""
    signed = {
        row.month: MonthRow(
            month=row.month,
            by=by,
            at=row.at,
            alerts=row.alerts,
            last_seal_digest=row.last_seal_digest,
        )
        for row, by in session.execute(
            select(AuditSignOff, _name(Login)).join(Login, Login.id == AuditSignOff.login_id)
        )
    }
    first = session.scalar(select(func.min(AuditAlert.day)))
    if first is None:
        return tuple(signed.values())
    month, found = first.replace(day=1), []
    while first_of_next(month) <= on:
        found.append(signed.get(month, MonthRow(month=month)))
        month = first_of_next(month)
    return tuple(reversed(found))[:MONTHS_ASKED]


def _alerts() -> Select[Any]:
    reviewer = aliased(Login)
    return (
        select(
            AuditAlert,
            _name(Login).label("who"),
            _name(reviewer).label("reviewer"),
            GuarantorAccount.number,
            AuditEvent.at.label("event_at"),
        )
        .outerjoin(Login, Login.id == AuditAlert.login_id)
        .outerjoin(reviewer, reviewer.id == AuditAlert.reviewed_by_id)
        .outerjoin(GuarantorAccount, GuarantorAccount.id == AuditAlert.guarantor_account_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditAlert.first_event_id)
    )


def _name(login: Any) -> Any:
    return func.coalesce(func.nullif(login.name, ""), login.email)


def _row(row: Any) -> AlertRow:
    alert: AuditAlert = row.AuditAlert
    return AlertRow(
        id=alert.id,
        what=ALERT_WORDS[Alert(alert.kind)],
        day=alert.day,
        who=row.who or "Somebody who is not signed in",
        login_id=alert.login_id,
        account_id=alert.guarantor_account_id,
        account_number=row.number or "",
        events=alert.events,
        detail=alert.detail,
        event_at=row.event_at,
        reviewed_at=alert.reviewed_at,
        reviewed_by=row.reviewer or "",
        finding=FINDING_WORDS[Finding(alert.outcome)] if alert.outcome else "",
        note=alert.note,
    )
