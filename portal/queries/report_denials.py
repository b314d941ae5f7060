# ruff: noqa: S608 - every word of these statements is our own
"""Denials of the 365 days up to the day: by category with its root cause, by payer, by reason, and month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.denials import NATURES, DenialCategory
from billing.money import Money
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import (
    Chart,
    Finality,
    Report,
    Series,
    Table,
    cells,
    months_back,
)

KEY = "denials"
DAYS = 365
OPEN = "open"
# By what had happened by then: when it was opened and closed, and what payers had paid after all.
_ROWS = """
    SELECT d.id, (d.opened_at AT TIME ZONE :zone)::date AS day,
           'Claim ' || c.patient_control_number || ', ' || d.group_code || '-' || d.carc || ', ' || y.name AS what,
           d.amount_cents AS cents, true AS counted, v.guarantor_account_id, v.patient_id, v.id AS visit_id,
           d.category, d.carc, d.payer_id, y.name AS payer,
           coalesce(d.closed_at < :end, false) AS closed,
           CASE WHEN d.closed_at < :end THEN d.recovered_cents ELSE 0 END AS recovered
      FROM denials d
      JOIN claims c ON c.id = d.claim_id
      JOIN visits v ON v.id = c.visit_id
      JOIN payers y ON y.id = d.payer_id
     WHERE d.opened_at >= :start AND d.opened_at < :end"""
_SUMS = text(f"""
    SELECT r.category, r.carc, r.payer_id, r.payer, date_trunc('month', r.day)::date AS month, count(*) AS count,
           sum(r.cents)::bigint AS cents, count(*) FILTER (WHERE NOT r.closed) AS open,
           coalesce(sum(r.cents) FILTER (WHERE NOT r.closed), 0)::bigint AS open_cents,
           sum(r.recovered)::bigint AS recovered
      FROM ({_ROWS}) r GROUP BY 1, 2, 3, 4, 5""")
HEADS = ("Denials", "Amount", "Open", "Open amount", "Recovered")
REASONS_SHOWN = 15


def denials_report(on: date) -> Report:
    """The report as of the end of the day."""
    months = months_back(on, 12)
    with read_only() as session:
        final = finality(session, on)
        rows = session.execute(_SUMS, _asked(final)).all()
    by_month = [sum(row.cents for row in rows if row.month == month) for month in months]
    return Report(
        key=KEY,
        title="Denials",
        lead=f"What payers refused in the {DAYS} days up to the day, and what became of it.",
        finality=final,
        charts=(
            Chart(
                title="Denied by month",
                kind="bars",
                unit="money",
                labels=tuple(f"{month:%b}" for month in months),
                series=(Series(name="Denied", values=tuple(by_month)),),
            ),
        ),
        tables=(
            Table(
                title="By category",
                heads=("Category", "Who can prevent it", *HEADS),
                rows=(
                    *(
                        cells(_words(key), _owner(key), *_figures(f"category.{key}", of))
                        for key, of in _groups(rows, lambda row: row.category)
                    ),
                    cells("Together", "", *_figures("all.", rows)),
                ),
                has_total=True,
            ),
            Table(
                title="By payer",
                heads=("Payer", *HEADS),
                rows=tuple(
                    cells(of[0].payer, *_figures(f"payer.{key}", of))
                    for key, of in _groups(rows, lambda row: row.payer_id)
                ),
            ),
            Table(
                title="By reason, the costliest first",
                heads=("Reason (CARC)", *HEADS),
                rows=tuple(
                    cells(key or "None given", *_figures(f"carc.{key}", of))
                    for key, of in _groups(rows, lambda row: row.carc)[:REASONS_SHOWN]
                ),
            ),
        ),
        definitions=(
            ("Denial", "One reason of one decision, with all lines it took money from, from the day it was opened."),
            ("Open", "Nothing had ended it by the end of the day."),
            ("Recovered", "What payers paid on its lines after it was opened, once it is closed."),
        ),
    )  # fmt: skip


def denials_rows(figure: str, on: date) -> RowsOf | None:
    """The denials behind one cell: of a category, payer or reason, all or the open ones."""
    by, _, rest = figure.partition(".")
    value, _, which = (
        rest.rpartition(".") if rest.endswith((".open", ".recovered")) else (rest, "", "")
    )
    column = {"category": "r.category", "payer": "r.payer_id::text", "carc": "r.carc", "all": "''"}
    if by not in column:
        return None
    with read_only() as session:
        final = finality(session, on)
    where = f"{column[by]} = :value" + (" AND NOT r.closed" if which == OPEN else "")
    cents = "r.recovered AS cents" if which == "recovered" else "r.cents"
    return RowsOf(
        title="Denials" if by == "all" else f"Denials: {_words(value) if by == 'category' else by}",
        sql=f"""
            SELECT r.id, r.day, r.what, {cents}, r.counted, r.guarantor_account_id, r.patient_id, r.visit_id
              FROM ({_ROWS}) r WHERE {where}""",
        params={**_asked(final), "value": value},
    )


def _groups(rows: Sequence[Any], key: Callable[[Any], Any]) -> list[tuple[Any, list[Any]]]:
    """By key, the costliest first."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return sorted(found.items(), key=lambda one: -sum(row.cents for row in one[1]))


def _figures(figure: str, rows: Sequence[Any]) -> tuple[Any, ...]:
    return (
        (sum(row.count for row in rows), figure),
        (Money(sum(row.cents for row in rows)), figure),
        (sum(row.open for row in rows), f"{figure}.{OPEN}"),
        (Money(sum(row.open_cents for row in rows)), f"{figure}.{OPEN}"),
        (Money(sum(row.recovered for row in rows)), f"{figure}.recovered"),
    )


def _words(category: str) -> str:
    return NATURES[DenialCategory(category)].words if category in set(DenialCategory) else category


def _owner(category: str) -> str:
    known = category in set(DenialCategory)
    return NATURES[DenialCategory(category)].prevention_owner if known else ""


def _asked(final: Finality) -> dict[str, Any]:
    start = final.ends_at - timedelta(days=DAYS)
    return {"start": start, "end": final.ends_at, "zone": final.zone}
