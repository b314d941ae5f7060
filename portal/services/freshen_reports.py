"""Bring what the reports add up beforehand to where the ledger is: only the days and charges that moved.

A transaction that was under way at the last look is read again at the next one, so that nothing is missed; adding
up a day or a charge twice gives the same rows.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.reports import NO_CHARGE, STANDS

_LOCK = select(func.pg_advisory_xact_lock(func.hashtext("kindbill.reports")))
# A copy of the database in another server knows numbers of transactions that are still to come there.
_MARK = text("""
    SELECT (SELECT horizon::text FROM report_marks),
           pg_snapshot_xmin(pg_current_snapshot())::text,
           coalesce((SELECT horizon < pg_snapshot_xmax(pg_current_snapshot()) FROM report_marks), false),
           EXISTS (SELECT 1 FROM journal_entries e, report_marks m
                    WHERE e.recorded_xid >= m.horizon
                      AND e.recorded_xid < pg_snapshot_xmax(pg_current_snapshot()))""")
_SET_MARK = text("""
    INSERT INTO report_marks (id, horizon, at) VALUES (1, CAST(:horizon AS xid8), :now)
    ON CONFLICT (id) DO UPDATE SET horizon = excluded.horizon, at = excluded.at""")
_TOUCHED = text("""
    CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
    SELECT DISTINCT e.occurred_on AS day, p.charge_id
      FROM journal_entries e JOIN postings p ON p.entry_id = e.id
     WHERE e.recorded_xid >= CAST(:horizon AS xid8)
       AND e.recorded_xid < pg_snapshot_xmax(pg_current_snapshot())""")
_FORGET = (
    text("DELETE FROM ledger_days WHERE day IN (SELECT day FROM touched)"),
    text("DELETE FROM receivable_spans WHERE charge_id IN (SELECT charge_id FROM touched)"),
)
_FORGET_ALL = (text("DELETE FROM ledger_days"), text("DELETE FROM receivable_spans"))

DAYS = """
    SELECT e.occurred_on AS day, p.account_id, e.kind,
           coalesce(date_trunc('month', c.service_on)::date, :no_charge) AS service_month,
           coalesce(sum(p.amount_cents) FILTER (WHERE p.side = 'debit'), 0)::bigint AS debit_cents,
           coalesce(sum(p.amount_cents) FILTER (WHERE p.side = 'credit'), 0)::bigint AS credit_cents
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      LEFT JOIN charges c ON c.id = p.charge_id
     WHERE {where}
     GROUP BY 1, 2, 3, 4"""
# Day by day what was owed on each charge, and since when without a break; days on which nothing was owed are left out.
# A patient owes a share whoever decided it: its legs may name the payer, and those of its payment do not.
SPANS = """
    WITH moved AS (
      SELECT p.charge_id, p.account_id,
             CASE a.code WHEN 'insurance_receivable' THEN coalesce(p.payer_id, 0) ELSE 0 END AS payer_id,
             e.occurred_on AS day,
             sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents
        FROM postings p
        JOIN journal_entries e ON e.id = p.entry_id
        JOIN ledger_accounts a ON a.id = p.account_id
         AND a.code IN ('patient_receivable', 'insurance_receivable')
       WHERE p.charge_id IS NOT NULL AND {where}
       GROUP BY 1, 2, 3, 4),
    stood AS (
      SELECT *, sum(cents) OVER w AS balance, lead(day) OVER w AS next_day
        FROM moved WINDOW w AS (PARTITION BY charge_id, account_id, payer_id ORDER BY day)),
    owed AS (
      SELECT *, max(CASE WHEN balance - cents = 0 THEN day END) OVER (
                  PARTITION BY charge_id, account_id, payer_id ORDER BY day) AS since
        FROM stood)
    SELECT o.charge_id, o.account_id, o.payer_id, o.day AS from_day,
           coalesce(o.next_day, :stands) AS to_day, o.since, c.visit_id, o.balance::bigint AS balance_cents
      FROM owed o JOIN charges c ON c.id = o.charge_id
     WHERE o.balance <> 0"""
_INTO_DAYS = (
    "INSERT INTO ledger_days (day, account_id, kind, service_month, debit_cents, credit_cents)"
)
_INTO_SPANS = """
    INSERT INTO receivable_spans
      (charge_id, account_id, payer_id, from_day, to_day, since, visit_id, balance_cents)"""


def _add(days: str, spans: str) -> tuple[TextClause, TextClause]:
    return (
        text(_INTO_DAYS + DAYS.format(where=days)).bindparams(no_charge=NO_CHARGE),
        text(_INTO_SPANS + SPANS.format(where=spans)).bindparams(stands=STANDS),
    )


_ADD = _add(
    "e.occurred_on IN (SELECT day FROM touched)", "p.charge_id IN (SELECT charge_id FROM touched)"
)
_ADD_ALL = _add("true", "true")


def freshen_reports(*, now: datetime) -> None:
    """Add up what was posted since the last look; the first look reads the whole ledger."""
    with transaction() as session:
        session.execute(_LOCK)
        horizon, following, follows, moved = session.execute(_MARK).one()
        if follows and not moved:
            return
        if follows:
            _add_up(session, horizon)
        else:
            _rebuild(session)
        session.execute(_SET_MARK, {"horizon": following, "now": now})


def rebuild_reports(*, now: datetime) -> None:
    """Forget everything that was added up, and read the whole ledger."""
    with transaction() as session:
        session.execute(_LOCK)
        following = session.execute(_MARK).one()[1]
        _rebuild(session)
        session.execute(_SET_MARK, {"horizon": following, "now": now})


def _add_up(session: Session, horizon: str) -> None:
    session.execute(_TOUCHED, {"horizon": horizon})
    session.execute(text("ANALYZE touched"))
    for statement in (*_FORGET, *_ADD):
        session.execute(statement)


def _rebuild(session: Session) -> None:
    for statement in (*_FORGET_ALL, *_ADD_ALL):
        session.execute(statement)
