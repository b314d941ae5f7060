"""Collections and plans: what patients owe by age, what they paid month by month, and how plans and drawn payments go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from billing.money import Money
from billing.report_moves import PATIENT_SIDE, REFUND_KINDS, Move
from portal.db import read_only
from portal.queries.report_ageing import BUCKETS, Aged, From, aged, figure_rows
from portal.queries.report_facts import Moved, RowsOf, finality, moved
from portal.queries.report_shapes import (
    Chart,
    Finality,
    Report,
    Series,
    Table,
    cells,
    end_of_month,
    month_label,
    months_back,
    share,
)

KEY = "collections"
MONTHS = 12
_NONE = "NULL::int AS patient_id, NULL::int AS visit_id"
# Plans and drawn payments by what had happened to them by then.
_PLAN = f"""
    SELECT row_number() OVER (ORDER BY p.number) AS id, {{day}} AS day, 'Plan ' || p.number AS what,
           n.total_cents AS cents, true AS counted, p.guarantor_account_id, {_NONE}
      FROM plans p
      JOIN plan_versions n ON n.plan_id = p.id AND n.number = 1 AND n.signed_at < :end
     WHERE {{where}}"""  # noqa: S608 (our own words only)
_DRAWN = f"""
    SELECT row_number() OVER (ORDER BY y.created_at, y.id) AS id, (y.created_at AT TIME ZONE :zone)::date AS day,
           'Drawn payment' AS what, y.amount_cents AS cents, true AS counted, y.guarantor_account_id, {_NONE}
      FROM payments y
     WHERE y.draft_id IS NOT NULL AND y.created_at >= :start AND y.created_at < :end AND {{where}}"""  # noqa: S608 (our own words only)
FACTS = {
    "signed": ("Plans signed in the year", _PLAN.format(day="n.signed_on", where="n.signed_at >= :start")),
    "living": (
        "Plans being paid at the end of the day",
        _PLAN.format(day="n.signed_on", where="p.ended_on IS NULL OR p.ended_on > :on"),
    ),
    **{
        state: (
            f"Plans {words} in the year",
            _PLAN.format(day="p.ended_on", where=f"p.ended_on BETWEEN :first AND :on AND p.state = '{state}'"),
        )
        for state, words in (
            ("completed", "paid to the end"), ("defaulted", "given up"), ("canceled", "canceled"),
        )
    },
    "drawn": ("Drawn payments that came in", _DRAWN.format(where="y.succeeded_at < :end")),
    "failed": (
        "Drawn payments that did not",
        _DRAWN.format(where="(y.succeeded_at IS NULL OR y.succeeded_at >= :end)"),
    ),
}  # fmt: skip
_COUNTS = text(
    " UNION ALL ".join(
        f"SELECT '{key}' AS key, count(*) AS count, coalesce(sum(f.cents), 0)::bigint AS cents FROM ({sql}) f"  # noqa: S608 (our own words only)
        for key, (_, sql) in FACTS.items()
    )
)
_ROWS = """
    SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
           :sign * CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
           true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id AND p.charge_id IS NOT NULL
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = ANY(:accounts)
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE e.occurred_on BETWEEN :first AND :last AND (NOT :money OR NOT e.kind = ANY(:refunds))"""
_LINES = {
    "paid": ("Paid", sorted(PATIENT_SIDE)),
    "small_balance": ("Small balances", ["small_balance"]),
    "financial_assistance": ("Financial assistance", ["financial_assistance"]),
    "bad_debt": ("Bad debt", ["bad_debt"]),
}


def collections_report(on: date) -> Report:
    """Twelve months, the last one up to the day."""
    months = months_back(on, MONTHS)
    with read_only() as session:
        final = finality(session, on)
        owed = [one for one in aged(session, on, From()) if one.whose == "patient"]
        rows = moved(session, first=months[0], on=on)
        found = {row.key: row for row in session.execute(_COUNTS, _asked(final, months[0]))}
    lines = [[_moved_by(rows, month, key) for key in _LINES] for month in months]
    return Report(
        key=KEY,
        title="Collections and plans",
        lead="What patients owe, what they paid, and how plans and drawn payments go.",
        finality=final,
        charts=(
            Chart(
                title="Paid by patients",
                kind="bars",
                unit="money",
                labels=tuple(f"{month:%b}" for month in months),
                series=(Series(name="Paid", values=tuple(line[0] for line in lines)),),
            ),
        ),
        tables=(
            _ages(owed),
            _plans(found),
            Table(
                title="Month by month",
                heads=("Month", *(words for words, _ in _LINES.values())),
                rows=tuple(
                    cells(
                        month_label(month),
                        *((Money(c), f"{month:%Y-%m}.{key}") for key, c in zip(_LINES, line, strict=True)),
                    )
                    for month, line in zip(months, lines, strict=True)
                ),
            ),
        ),
        definitions=(
            ("Paid", "Patients’ money and credit put on charges; refunds are not taken off here."),
            ("Plans", "A plan counts from its signature; its amount is what was signed first."),
            ("Drawn payments", "Tries of the year to draw money for autopay or a plan."),
        ),
    )  # fmt: skip


def _moved_by(rows: Sequence[Moved], month: date, key: str) -> int:
    """What one line of the table moved in a month."""
    return sum(
        row.cents
        for row in rows
        if row.month == month
        and (
            row.move is Move.PATIENT_PAID if key == "paid" else row.of_charge and row.account == key
        )
    )


def _ages(owed: Sequence[Aged]) -> Table:
    ages = [sum(one.buckets[n] for one in owed) for n in range(len(BUCKETS))]
    unbilled = sum(one.unbilled for one in owed)
    return Table(
        title="What patients owe, since the first statement",
        heads=("Age", "Owed"),
        rows=(
            cells("Not billed yet", (Money(unbilled), "ageing.not_billed_yet")),
            *(cells(name, (Money(ages[n]), f"ageing.age_{n}")) for n, name in enumerate(BUCKETS)),
            cells("Together", (Money(unbilled + sum(ages)), "ageing.owed")),
        ),
        has_total=True,
    )


def _plans(found: Mapping[str, Any]) -> Table:
    ended = sum(found[key].count for key in ("completed", "defaulted", "canceled"))
    tried = found["drawn"].count + found["failed"].count
    return Table(
        title="Plans and drawn payments",
        heads=("What", "Count", "Amount"),
        rows=tuple(
            cells(words, (found[key].count, key), (Money(found[key].cents), key))
            for key, (words, _) in FACTS.items()
        ),
        note=f"Of plans that ended, {share(found['completed'].count, ended) or 'none'} were paid to the end. "
        f"Of drawn payments, {share(found['drawn'].count, tried) or 'none'} came in.",
    )


def collections_rows(figure: str, on: date) -> RowsOf | None:
    """The rows behind one cell; None where there is no such figure."""
    key, _, part = figure.partition(".")
    if key == "ageing":
        return figure_rows(f"patient.-1.{part}", on, From())
    if figure in FACTS:
        with read_only() as session:
            final = finality(session, on)
        words, sql = FACTS[figure]
        return RowsOf(title=words, sql=sql, params=_asked(final, months_back(on, MONTHS)[0]))
    try:
        first = date.fromisoformat(f"{key}-01")
    except ValueError:
        return None
    if part not in _LINES:
        return None
    words, accounts = _LINES[part]
    asked = {"first": first, "last": min(on, end_of_month(first)), "refunds": sorted(REFUND_KINDS)}
    return RowsOf(
        title=f"{words}, {month_label(first)}",
        sql=_ROWS,
        params={**asked, "accounts": accounts, "sign": 1, "money": part == "paid"},
    )


def _asked(final: Finality, first: date) -> dict[str, Any]:
    start = Finality(as_of=first, open_days=0, first_open=None, zone=final.zone).starts_at
    return {
        "on": final.as_of,
        "first": first,
        "start": start,
        "end": final.ends_at,
        "zone": final.zone,
    }
