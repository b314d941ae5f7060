"""Productivity: what each member of staff finished in the 30 days up to the day, by when it was done."""

# ruff: noqa: S608 - every word of these statements is our own
from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.money import Money
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Chart, Finality, Report, Series, Table, cells

KEY = "productivity"
DAYS = 30
_NOBODY = "NULL::int AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id"
# Each gives who, at, id, what, cents and whose; the key stands in addresses, the words on the page.
SOURCES = {
    "items": ("Queue items closed", """
        SELECT closed_by_id AS who, closed_at AS at, id, initcap(replace(kind, '_', ' ')) AS what, amount_cents AS cents,
               guarantor_account_id, NULL::int AS patient_id, visit_id FROM work_items"""),
    "notes": ("Notes written", f"""
        SELECT login_id, at, id, 'Note', NULL::bigint, {_NOBODY} FROM work_notes"""),
    "batches": ("Batches posted", f"""
        SELECT login_id, posted_at, row_number() OVER (ORDER BY posted_at, id), 'Batch', total_cents, {_NOBODY}
          FROM receipt_batches"""),
    "bank": ("Bank lines entered", f"""
        SELECT login_id, at, id, 'Bank line', amount_cents, {_NOBODY} FROM bank_deposits"""),
    "messages": ("Messages answered", """
        SELECT login_id, at, id, 'Message', NULL::bigint, guarantor_account_id, NULL::int, visit_id
          FROM thread_messages WHERE author = 'staff'"""),
    "checks": ("Coverage checked", """
        SELECT k.checked_by_id, k.at, k.id, 'Coverage of a visit', NULL::bigint, p.guarantor_account_id, p.id, NULL::int
          FROM coverage_checks k
          JOIN coverages c ON c.id = k.coverage_id JOIN patients p ON p.id = c.patient_id"""),
    "tasks": ("Tasks before visits", """
        SELECT t.done_by_id, t.done_at, t.id, initcap(t.kind), NULL::bigint, p.guarantor_account_id, p.id, NULL::int
          FROM appointment_tasks t
          JOIN appointments a ON a.id = t.appointment_id LEFT JOIN patients p ON p.id = a.patient_id
         WHERE t.state IN ('done', 'waived')"""),
    "refunds": ("Check refunds asked for", """
        SELECT requested_by_id, requested_at, row_number() OVER (ORDER BY requested_at, id), 'Check refund',
               amount_cents, guarantor_account_id, NULL::int, NULL::int FROM check_refunds"""),
}  # fmt: skip
_COUNTS = text(
    "SELECT coalesce(nullif(l.name, ''), l.email) AS name, s.who, s.key, count(*) AS done,"
    " coalesce(sum(s.cents), 0)::bigint AS cents FROM ("
    + " UNION ALL ".join(
        f"SELECT '{key}' AS key, k.who, k.cents FROM ({sql}) k (who, at, id, what, cents, account, patient, visit)"
        " WHERE k.at >= :start AND k.at < :end"
        for key, (_, sql) in SOURCES.items()
    )
    + ") s JOIN logins l ON l.id = s.who AND l.face = 'staff' GROUP BY 1, 2, 3 ORDER BY 1, 2"
)


def work_report(on: date) -> Report:
    """A row for each member of staff who finished anything."""
    with read_only() as session:
        final = finality(session, on)
        found = session.execute(_COUNTS, _time(final)).all()
    people = list(dict.fromkeys((row.who, row.name) for row in found))
    done = {(row.who, row.key): row.done for row in found}
    posted = {row.who: row.cents for row in found if row.key == "batches"}
    shown = [key for key in SOURCES if any(row.key == key for row in found)]
    rows = [
        cells(
            name,
            *(
                (done.get((who, key), 0), f"{who}.{key}" if (who, key) in done else "")
                for key in shown
            ),
            (Money(posted.get(who, 0)), f"{who}.batches" if who in posted else ""),
        )
        for who, name in people
    ]
    return Report(
        key=KEY,
        title="Productivity",
        lead=f"What each member of staff finished in the {DAYS} days up to the day.",
        finality=final,
        charts=(
            Chart(
                title="Queue items closed",
                kind="bars",
                unit="count",
                labels=tuple(name for _, name in people),
                series=(
                    Series(name="Items", values=tuple(done.get((who, "items"), 0) for who, _ in people)),
                ),
            ),
        )
        if people
        else (),
        tables=(
            Table(
                title="By member of staff",
                heads=("Who", *(SOURCES[key][0] for key in shown), "In batches"),
                rows=tuple(rows),
                note="A count says how much was finished, and not how hard it was.",
            ),
        ),
    )  # fmt: skip


def work_rows(figure: str, on: date) -> RowsOf | None:
    """What somebody finished of one kind; None where there is no such figure."""
    who, _, key = figure.partition(".")
    if not who.isdigit() or key not in SOURCES:
        return None
    with read_only() as session:
        final = finality(session, on)
    words, sql = SOURCES[key]
    return RowsOf(
        title=words,
        sql=f"""
            SELECT k.id, (k.at AT TIME ZONE :zone)::date AS day, k.what, k.cents, true AS counted,
                   k.account AS guarantor_account_id, k.patient AS patient_id, k.visit AS visit_id
              FROM ({sql}) k (who, at, id, what, cents, account, patient, visit)
             WHERE k.who = :who AND k.at >= :start AND k.at < :end""",
        params={**_time(final), "who": int(who), "zone": final.zone},
    )


def _time(final: Finality) -> dict[str, Any]:
    return {"start": final.ends_at - timedelta(days=DAYS), "end": final.ends_at}
