"""Bring what the reports add up beforehand to where the books are: only the days, charges and claims that moved.

A transaction that was under way at the last look is read again at the next one, so that nothing is missed; adding
up a day, a charge or a claim twice gives the same rows.
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
                      AND e.recorded_xid < pg_snapshot_xmax(pg_current_snapshot()))
           OR EXISTS (SELECT 1 FROM remittance_claims rc, report_marks m
                       WHERE rc.changed_xid >= m.horizon
                         AND rc.changed_xid < pg_snapshot_xmax(pg_current_snapshot()))""")
_SET_MARK = text("""
    INSERT INTO report_marks (id, horizon, at) VALUES (1, CAST(:horizon AS xid8), :now)
    ON CONFLICT (id) DO UPDATE SET horizon = excluded.horizon, at = excluded.at""")
_TOUCHED = text("""
    CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
    SELECT DISTINCT e.occurred_on AS day, p.charge_id
      FROM journal_entries e JOIN postings p ON p.entry_id = e.id
     WHERE e.recorded_xid >= CAST(:horizon AS xid8)
       AND e.recorded_xid < pg_snapshot_xmax(pg_current_snapshot())""")
# A set that waited is written anew when it posts, and a decision may be released to another claim than it was held for.
_TOLD = text("""
    CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT claim_id, remittance_id FROM remittance_claims
     WHERE changed_xid >= CAST(:horizon AS xid8)
       AND changed_xid < pg_snapshot_xmax(pg_current_snapshot())""")
_ANSWERED = text("""
    CREATE TEMPORARY TABLE answered ON COMMIT DROP AS
    SELECT claim_id FROM told WHERE claim_id IS NOT NULL
    UNION
    SELECT f.claim_id FROM first_answers f WHERE f.remittance_id IN (SELECT remittance_id FROM told)""")
_FORGET = (
    text("DELETE FROM ledger_days WHERE day IN (SELECT day FROM touched)"),
    text("DELETE FROM receivable_spans WHERE charge_id IN (SELECT charge_id FROM touched)"),
    text("DELETE FROM first_answers WHERE claim_id IN (SELECT claim_id FROM answered)"),
    text("DELETE FROM answer_tallies WHERE remittance_id IN (SELECT remittance_id FROM told)"),
)
_FORGET_ALL = tuple(
    text(f"DELETE FROM {table}")  # noqa: S608 (our own words only)
    for table in ("ledger_days", "receivable_spans", "first_answers", "answer_tallies")
)

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
# The first of the answers that had come by a day; a payer taking its own answer back is none, but comes again.
# Denied: the payer says so, or an amount was taken off that is neither discount nor a patient's share, or a person
# said so of an answer that was held.
ANSWERS = """
    WITH said AS (
      SELECT rc.claim_id, rc.id, rc.remittance_id, rc.ordinal, rc.decided_on, rc.billed_cents,
             rc.status_code NOT IN ('22', '23', '25') AS answers, k.known_on,
             CASE WHEN rc.status_code = '4' THEN k.known_on
                  WHEN rc.disposition = 'denied' OR EXISTS (
                    SELECT 1 FROM line_adjustments la JOIN remittance_lines rl ON rl.id = la.remittance_line_id
                     WHERE rl.remittance_claim_id = rc.id AND la.outcome = 'stays' AND la.group_code <> 'PR')
                  THEN greatest((rc.denied_at AT TIME ZONE z.zone)::date, k.known_on)
              END AS denied_on
        FROM remittance_claims rc
        JOIN remittances r ON r.id = rc.remittance_id
        CROSS JOIN (SELECT coalesce((SELECT time_zone FROM practices), 'UTC') AS zone) z
        CROSS JOIN LATERAL (
          SELECT (greatest(r.received_at, rc.matched_at) AT TIME ZONE z.zone)::date AS known_on) k
       WHERE rc.claim_id IS NOT NULL AND rc.disposition <> 'duplicate' AND {where}),
    ranked AS (
      SELECT *, greatest(known_on, decided_on) AS from_day,
             min(greatest(known_on, decided_on)) FILTER (WHERE answers) OVER earlier AS to_day,
             least(min(known_on) OVER earlier, min(known_on) OVER later) AS again_on
        FROM said
      WINDOW earlier AS (PARTITION BY claim_id ORDER BY decided_on, remittance_id, ordinal
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
             later AS (PARTITION BY claim_id ORDER BY decided_on, remittance_id, ordinal
                       ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING))
    SELECT claim_id, from_day, coalesce(to_day, :stands), decided_on, coalesce(denied_on, :stands),
           coalesce(again_on, :stands), id, remittance_id, billed_cents
      FROM ranked WHERE answers AND (to_day IS NULL OR from_day < to_day)"""
# A decision without lines is one. Work that a claim made for a person was opened as it came.
TALLIES = """
    SELECT rc.remittance_id, rc.decided_on, sum(l.lines)::int AS lines,
           coalesce(sum(l.lines) FILTER (WHERE NOT EXISTS (
             SELECT 1 FROM work_items w
              WHERE w.remittance_claim_id = rc.id AND w.kind IN ('held_claim', 'unmatched'))), 0)::int AS by_itself
      FROM remittance_claims rc
      CROSS JOIN LATERAL (
        SELECT greatest(count(*), 1) AS lines FROM remittance_lines rl WHERE rl.remittance_claim_id = rc.id) l
     WHERE rc.disposition <> 'duplicate' AND {where}
     GROUP BY 1, 2"""
_INTO_DAYS = (
    "INSERT INTO ledger_days (day, account_id, kind, service_month, debit_cents, credit_cents)"
)
_INTO_SPANS = """
    INSERT INTO receivable_spans
      (charge_id, account_id, payer_id, from_day, to_day, since, visit_id, balance_cents)"""
_INTO_ANSWERS = """
    INSERT INTO first_answers
      (claim_id, from_day, to_day, decided_on, denied_on, again_on, remittance_claim_id, remittance_id, billed_cents)"""
_INTO_TALLIES = "INSERT INTO answer_tallies (remittance_id, decided_on, lines, by_itself)"


def _add(days: str, spans: str, answers: str, told: str) -> tuple[TextClause, ...]:
    return (
        text(_INTO_DAYS + DAYS.format(where=days)).bindparams(no_charge=NO_CHARGE),
        text(_INTO_SPANS + SPANS.format(where=spans)).bindparams(stands=STANDS),
        text(_INTO_ANSWERS + ANSWERS.format(where=answers)).bindparams(stands=STANDS),
        text(_INTO_TALLIES + TALLIES.format(where=told)),
    )


_ADD = _add(
    "e.occurred_on IN (SELECT day FROM touched)",
    "p.charge_id IN (SELECT charge_id FROM touched)",
    "rc.claim_id IN (SELECT claim_id FROM answered)",
    "rc.remittance_id IN (SELECT remittance_id FROM told)",
)
_ADD_ALL = _add("true", "true", "true", "true")


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
    """Forget everything that was added up, and read the whole ledger and every answer."""
    with transaction() as session:
        session.execute(_LOCK)
        following = session.execute(_MARK).one()[1]
        _rebuild(session)
        session.execute(_SET_MARK, {"horizon": following, "now": now})


def _add_up(session: Session, horizon: str) -> None:
    for noted in (_TOUCHED, _TOLD):
        session.execute(noted, {"horizon": horizon})
    session.execute(_ANSWERED)
    session.execute(text("ANALYZE touched, told, answered"))
    for statement in (*_FORGET, *_ADD):
        session.execute(statement)


def _rebuild(session: Session) -> None:
    for statement in (*_FORGET_ALL, *_ADD_ALL):
        session.execute(statement)
