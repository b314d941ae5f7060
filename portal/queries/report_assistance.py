# ruff: noqa: S608 - every word of these statements is our own
"""Financial assistance of the 365 days up to the day: applications, days to decide, what was granted, denials; and what was placed unscreened (FA-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.assistance_reasons import POLICY_WORDS, PolicyLine
from billing.money import Money
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Finality, Report, Table, cells

KEY = "assistance"
DAYS = 365
STATES = {
    "received": "Came in",
    "asked": "Waits for papers",
    "complete": "Complete",
    "decided": "Answered",
    "withdrawn": "Taken back",
}
_NONE = "NULL::int AS patient_id, NULL::int AS visit_id"
_APPLICATIONS = f"""
    SELECT row_number() OVER (ORDER BY a.number) AS id, a.received_on AS day, 'Application ' || a.number AS what,
           0::bigint AS cents, true AS counted, a.guarantor_account_id, {_NONE},
           CASE WHEN a.state = 'decided' AND a.decided_on > :on THEN 'complete' ELSE a.state END AS state,
           a.decided_on - coalesce(a.complete_on, a.received_on) AS days, a.decided_on, a.complete_on
      FROM assistance_applications a
     WHERE a.received_on BETWEEN :first AND :on"""
# Each grant as it stands in the ledger, by its decision: what was taken back is taken off.
_GRANTS = """
    SELECT p.id, e.occurred_on AS day, 'Decision of ' || to_char(d.effective_on, 'YYYY-MM-DD') AS what,
           CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents, true AS counted,
           p.guarantor_account_id, v.patient_id, p.visit_id,
           d.discount || '% off' AS tier, coalesce(nullif(d.residence, ''), 'Not said') AS residence,
           CASE coalesce(f.language, g.language) WHEN 'es' THEN 'Spanish' WHEN 'en' THEN 'English'
                ELSE coalesce(f.language, g.language) END AS language, initcap(d.route) AS route
      FROM journal_entries e
      JOIN assistance_decisions d ON d.id::text = split_part(e.source_ref, ':', 2)
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts l ON l.id = p.account_id AND l.code = 'financial_assistance'
      JOIN guarantor_accounts g ON g.id = p.guarantor_account_id
      LEFT JOIN visits v ON v.id = p.visit_id
      LEFT JOIN assistance_applications f ON f.id = d.application_id
     WHERE e.source_ref LIKE 'assistance:%' AND e.occurred_on BETWEEN :first AND :on"""
# All of the code, decided here or given by a manager as documented hardship: what KPI-13 counts.
_ALL = """
    SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
           CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents, true AS counted,
           p.guarantor_account_id, v.patient_id, p.visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts l ON l.id = p.account_id AND l.code = 'financial_assistance'
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE e.occurred_on BETWEEN :first AND :on"""
_DENIED = f"""
    SELECT row_number() OVER (ORDER BY d.made_at, d.id) AS id, (d.made_at AT TIME ZONE :zone)::date AS day,
           'Denied' AS what, 0::bigint AS cents, true AS counted, d.account_ids[1] AS guarantor_account_id,
           {_NONE}, d.policy_line AS line
      FROM assistance_decisions d
     WHERE d.outcome = 'denied' AND d.state = 'made' AND (d.made_at AT TIME ZONE :zone)::date BETWEEN :first AND :on"""
_UNSCREENED = """
    SELECT row_number() OVER (ORDER BY p.number) AS id, p.placed_on AS day, 'Placement ' || p.number AS what,
           p.placed_cents AS cents, true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
      FROM placements p
      JOIN visits v ON v.id = p.visit_id
     WHERE p.placed_on BETWEEN :first AND :on
       AND NOT EXISTS (SELECT 1 FROM assistance_screenings s
                        WHERE s.guarantor_account_id = p.guarantor_account_id AND s.screened_at <= p.placed_at)"""
BY = {"tier": "Tier", "residence": "State", "language": "Language", "route": "Route"}


def assistance_report(on: date) -> Report:
    """The report as of the end of the day."""
    with read_only() as session:
        final = finality(session, on)
        asked = _asked(final)
        states = session.execute(
            text(
                "SELECT r.state, count(*) AS count, count(r.decided_on) AS decided, coalesce(sum(r.days), 0) AS days,"
                f" coalesce(max(r.days), 0) AS longest FROM ({_APPLICATIONS}) r GROUP BY 1"
            ),
            asked,
        ).all()
        grants = session.execute(
            text(
                "SELECT r.tier, r.residence, r.language, r.route, sum(r.cents)::bigint AS cents,"
                f" count(DISTINCT r.guarantor_account_id) AS accounts FROM ({_GRANTS}) r GROUP BY 1, 2, 3, 4"
            ),
            asked,
        ).all()
        denied = session.execute(
            text(f"SELECT r.line, count(*) AS count FROM ({_DENIED}) r GROUP BY 1 ORDER BY 2 DESC"),
            asked,
        ).all()
        unscreened = session.scalar(text(f"SELECT count(*) FROM ({_UNSCREENED}) r"), asked) or 0
        all_of_it = (
            session.scalar(text(f"SELECT coalesce(sum(r.cents), 0)::bigint FROM ({_ALL}) r"), asked)
            or 0
        )
    return Report(
        key=KEY,
        title="Financial assistance",
        lead=f"Applications and grants of the {DAYS} days up to the day.",
        finality=final,
        charts=(),
        tables=(
            _by_state(states),
            *(_grants(grants, column) for column in BY),
            _sums(grants, all_of_it),
            Table(
                title="Denials, by the line of the policy",
                heads=("Line of the policy", "Denials"),
                rows=tuple(
                    cells(POLICY_WORDS[PolicyLine(row.line)], (row.count, f"denied.{row.line}"))
                    for row in denied
                ),
            ),
            Table(
                title="Must be zero",
                heads=("What", "Count"),
                rows=(cells("Bills placed without screening", (unscreened, "unscreened.all")),),
            ),
        ),
        definitions=(
            ("Days to decide", "From the day that an application was complete to its answer; 21 at most (FA-9)."),
            ("Granted", "What stands in the ledger under the code FA by a decision, less what was taken back."),
            ("KPI-13", "All of the code FA: grants, and hardship that a manager took off a line."),
            ("Screened", "Our own books were asked before the bill went to an agency (FA-8)."),
        ),
    )  # fmt: skip


def _by_state(rows: Sequence[Any]) -> Table:
    known = {row.state: row for row in rows}
    decided = known.get("decided")
    average = f"{decided.days / decided.decided:.1f}" if decided and decided.decided else "none"
    longest = decided.longest if decided else 0
    return Table(
        title="Applications, by where they stand",
        heads=("Status", "Applications"),
        rows=(
            *(
                cells(words, (known[state].count if state in known else 0, f"state.{state}"))
                for state, words in STATES.items()
            ),
            cells("Together", (sum(row.count for row in rows), "state.all")),
        ),
        has_total=True,
        note=f"Days from complete to the answer: {average} on average, {longest} at most.",
    )


def _grants(rows: Sequence[Any], column: str) -> Table:
    sums: dict[str, int] = {}
    for row in rows:
        name = str(getattr(row, column))
        sums[name] = sums.get(name, 0) + row.cents
    return Table(
        title=f"Granted, by {BY[column].lower()}",
        heads=(BY[column], "Granted"),
        rows=tuple(
            cells(name, (Money(cents), f"{column}.{name}"))
            for name, cents in sorted(sums.items(), key=lambda one: -one[1])
        ),
    )


def _sums(rows: Sequence[Any], all_of_it: int) -> Table:
    granted = sum(row.cents for row in rows)
    return Table(
        title="Tied to the ledger",
        heads=("What", "Amount"),
        rows=(
            cells("Granted by decisions", (Money(granted), "granted.all")),
            cells("Hardship taken off by hand", Money(all_of_it - granted)),
            cells("All of the code FA (KPI-13)", (Money(all_of_it), "ledger.all")),
        ),
        has_total=True,
    )


def assistance_rows(figure: str, on: date) -> RowsOf | None:
    """The rows behind one cell; None where there is no such figure."""
    by, _, value = figure.partition(".")
    sources = {
        "state": (_APPLICATIONS, "r.state", "Applications"),
        "denied": (_DENIED, "r.line", "Denials"),
        "unscreened": (_UNSCREENED, "''", "Placed without screening"),
        "granted": (_GRANTS, "''", "Granted"),
        "ledger": (_ALL, "''", "All of the code FA"),
        **{column: (_GRANTS, f"r.{column}", "Granted") for column in BY},
    }
    if by not in sources:
        return None
    sql, column, title = sources[by]
    where = "true" if value == "all" else f"{column} = :value"
    with read_only() as session:
        asked = _asked(finality(session, on))
    return RowsOf(
        title=title,
        sql=f"""
            SELECT r.id, r.day, r.what, r.cents, r.counted, r.guarantor_account_id, r.patient_id, r.visit_id
              FROM ({sql}) r WHERE {where}""",
        params={**asked, "value": value},
    )


def _asked(final: Finality) -> dict[str, Any]:
    return {
        "first": final.as_of - timedelta(days=DAYS - 1),
        "on": final.as_of,
        "zone": final.zone,
    }
