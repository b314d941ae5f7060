"""Find what a person must look at in a day of the audit trail (HIPAA-4): one row for each fact, however often it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.audit_rules import Alert, fullest_hour, is_after_hours
from billing.settings import Key, Settings
from portal.db import transaction
from portal.models.audit import AuditAlert
from portal.models.practice import Practice
from portal.queries.settings import settings_on

LOOK_BACK = 7  # days: a worker that stood still catches up
FAILURES = (
    "sign_in_failed",
    "second_factor_failed",
    "passkey_failed",
    "confirm_password_failed",
    "reset_failed",
)


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Alert
    login_id: int | None
    account_id: int | None
    first_event_id: int
    events: int
    detail: str = ""
    part: str = ""  # tells two facts of one kind, person and account apart

    def row(self, day: date, now: datetime) -> dict[str, Any]:
        return {
            "dedupe_key": f"{self.kind}:{day}:{self.login_id or ''}:{self.account_id or ''}:{self.part}",
            "kind": self.kind.value,
            "day": day,
            "login_id": self.login_id,
            "guarantor_account_id": self.account_id,
            "first_event_id": self.first_event_id,
            "events": self.events,
            "detail": self.detail,
            "found_at": now,
            "outcome": "",
            "note": "",
        }


def find_audit_alerts(*, day: date, now: datetime) -> int:
    """Look through one whole day at the practice; how many alerts are new."""
    with transaction() as session:
        zone = ZoneInfo(session.scalar(select(Practice.time_zone)) or "America/New_York")
        settings = settings_on(session, day)
        span = {
            "start": datetime.combine(day, time(), zone),
            "end": datetime.combine(day + timedelta(days=1), time(), zone),
        }
        found = [
            *_of_people(session, span),
            *_of_pace(session, span, settings, zone),
            *_of_exports(session, span, settings),
            *_of_sign_ins(session, span, settings),
        ]
        if not found:
            return 0
        rows = [one.row(day, now) for one in found]
        new = session.scalars(
            insert(AuditAlert).values(rows).on_conflict_do_nothing().returning(AuditAlert.id)
        )
        return len(new.all())


# Whose own account it is: said by a manager, the same e-mail as a patient's sign-in, or the same full name.
_OF_PEOPLE = text("""
WITH looks AS (
  SELECT e.login_id, one.account_id, min(e.id) AS first_event_id, count(*) AS events,
         bool_or(e.action = 'break_glass') AS glass
    FROM audit_events e CROSS JOIN LATERAL unnest(e.account_ids) AS one(account_id)
   WHERE e.at >= :start AND e.at < :end AND e.face = 'staff' AND e.login_id IS NOT NULL
     AND e.outcome = 'ok' AND (e.action <> 'search' OR cardinality(e.account_ids) = 1)
     AND cardinality(e.account_ids) <= 2 AND e.action NOT IN ('restrict', 'unrestrict')
   GROUP BY e.login_id, one.account_id
), own AS (
  SELECT r.staff_login_id AS login_id, r.guarantor_account_id AS account_id
    FROM restrictions r WHERE r.staff_login_id IS NOT NULL AND r.ended_at IS NULL
  UNION
  SELECT s.id, a.guarantor_account_id
    FROM logins s JOIN logins p ON p.face = 'patient' AND lower(p.email) = lower(s.email)
    JOIN account_access a ON a.login_id = p.id AND a.ended_at IS NULL
   WHERE s.face = 'staff'
  UNION
  SELECT s.id, g.id FROM logins s JOIN guarantor_accounts g
      ON lower(concat_ws(' ', g.first_name, g.last_name)) = lower(s.name) AND g.named
   WHERE s.face = 'staff' AND s.name <> ''
), family AS (
  SELECT o.login_id, g.id AS account_id
    FROM own o JOIN guarantor_accounts mine ON mine.id = o.account_id
    JOIN guarantor_accounts g ON g.id <> mine.id AND lower(g.last_name) = lower(mine.last_name)
     AND mine.street <> '' AND lower(g.street) = lower(mine.street)
     AND left(g.postal_code, 5) = left(mine.postal_code, 5)
  UNION
  SELECT s.id, p.guarantor_account_id
    FROM logins s JOIN logins l ON l.face = 'patient' AND lower(l.email) = lower(s.email)
    JOIN proxy_grants x ON x.proxy_login_id = l.id
    JOIN patients p ON p.id = x.patient_id
   WHERE s.face = 'staff'
)
SELECT looks.*,
       EXISTS (SELECT 1 FROM own o
                WHERE o.login_id = looks.login_id AND o.account_id = looks.account_id) AS is_own,
       EXISTS (SELECT 1 FROM family f
                WHERE f.login_id = looks.login_id AND f.account_id = looks.account_id) AS is_family,
       EXISTS (SELECT 1 FROM own o
                WHERE o.login_id <> looks.login_id AND o.account_id = looks.account_id) AS is_coworker,
       EXISTS (SELECT 1 FROM restrictions r
                WHERE r.guarantor_account_id = looks.account_id AND r.set_at < :end
                  AND (r.ended_at IS NULL OR r.ended_at >= :start)) AS is_restricted
  FROM looks
 WHERE looks.account_id IN (SELECT account_id FROM own UNION SELECT account_id FROM family
                             UNION SELECT guarantor_account_id FROM restrictions)
 ORDER BY looks.first_event_id
""")


def _of_people(session: Session, span: dict[str, datetime]) -> Iterator[_Found]:
    """Lookups of oneself, one's family, colleagues and restricted accounts."""
    for row in session.execute(_OF_PEOPLE, span):
        kinds = [
            (row.is_own, Alert.OWN_RECORD),
            (row.is_family and not row.is_own, Alert.FAMILY),
            (row.is_coworker and not row.is_own, Alert.CO_WORKER),
            (row.is_restricted and not row.glass, Alert.RESTRICTED),
            (row.glass, Alert.BREAK_GLASS),
        ]
        for holds, kind in kinds:
            if holds:
                yield _Found(kind, row.login_id, row.account_id, row.first_event_id, row.events)


_CHARTS = text("""
SELECT login_id, at, account_ids[1] AS account_id, id FROM audit_events
 WHERE at >= :start AND at < :end AND face = 'staff' AND login_id IS NOT NULL
   AND outcome = 'ok' AND cardinality(account_ids) = 1
 ORDER BY login_id, at, id
""")


def _of_pace(
    session: Session, span: dict[str, datetime], settings: Settings, zone: ZoneInfo
) -> Iterator[_Found]:
    """Very many accounts within an hour, and accounts opened while the office is closed."""
    most = settings.count(Key.AUDIT_CHARTS_AN_HOUR)
    rows = session.execute(_CHARTS.execution_options(yield_per=5000), span)
    for login_id, group in groupby(rows, key=lambda row: row.login_id):
        looks = [(row.at, row.account_id, row.id) for row in group]
        burst = fullest_hour(looks)
        if burst.accounts > most:
            detail = f"{burst.accounts} accounts within an hour; {most} are usual at most"
            yield _Found(
                Alert.MANY_CHARTS, login_id, None, burst.first_event_id, burst.accounts, detail
            )
        yield from _late(login_id, looks, settings, zone)


def _late(
    login_id: int, looks: Iterable[tuple[datetime, int, int]], settings: Settings, zone: ZoneInfo
) -> Iterator[_Found]:
    late = [
        (event_id, account_id)
        for at, account_id, event_id in looks
        if is_after_hours(
            at.astimezone(zone),
            opens=settings.clock(Key.OFFICE_OPENS),
            closes=settings.clock(Key.OFFICE_CLOSES),
            weekend=settings.yes(Key.WEEKEND_IS_AFTER_HOURS),
        )
    ]
    if late:
        accounts = len({account_id for _, account_id in late})
        detail = f"{accounts} accounts" if accounts > 1 else "1 account"
        yield _Found(Alert.AFTER_HOURS, login_id, None, late[0][0], len(late), detail)


_EXPORTS = text("""
SELECT id, login_id, greatest(coalesce(row_count, 0), cardinality(account_ids)) AS rows
  FROM audit_events
 WHERE at >= :start AND at < :end AND face = 'staff' AND outcome = 'ok'
   AND action IN ('export', 'print')
   AND greatest(coalesce(row_count, 0), cardinality(account_ids)) > :most
 ORDER BY id
""")


def _of_exports(
    session: Session, span: dict[str, datetime], settings: Settings
) -> Iterator[_Found]:
    most = settings.count(Key.AUDIT_EXPORT_ROWS)
    for row in session.execute(_EXPORTS, span | {"most": most}):
        detail = f"{row.rows} rows"
        yield _Found(Alert.LARGE_EXPORT, row.login_id, None, row.id, 1, detail, str(row.id))


_FAILED = text("""
SELECT face, login_id, CASE WHEN login_id IS NULL THEN ip ELSE '' END AS source,
       min(id) AS first_event_id, count(*) AS events
  FROM audit_events
 WHERE at >= :start AND at < :end AND action IN :failures
 GROUP BY 1, 2, 3 HAVING count(*) >= :most ORDER BY 4
""").bindparams(bindparam("failures", expanding=True))


def _of_sign_ins(
    session: Session, span: dict[str, datetime], settings: Settings
) -> Iterator[_Found]:
    most = settings.count(Key.AUDIT_FAILED_SIGN_INS)
    for row in session.execute(_FAILED, span | {"most": most, "failures": FAILURES}):
        detail = f"{row.events} times at the {row.face} sign-in"
        if row.source:
            detail += f", from {row.source}"
        yield _Found(
            Alert.FAILED_SIGN_INS,
            row.login_id,
            None,
            row.first_event_id,
            row.events,
            detail,
            f"{row.face}{row.source}",
        )
