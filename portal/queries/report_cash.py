"""Cash by day and method, and the office's own drawer of one day: the ledger's money accounts, entry by entry."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from billing.money import Money
from billing.report_moves import CASH
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Chart, Report, Series, Table, Tie, cells

KEY, DRAWER = "cash", "drawer"
OFFICE = ("practice_deposits", "cash_drawer")
# One row an entry: a deposit or a payout moves money between our own accounts and adds up to nothing.
_ROWS = """
    SELECT min(p.id) AS id, e.occurred_on AS day, m.method, m.method || ', ' || replace(e.kind, '_', ' ') AS what,
           sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS cents,
           true AS counted, min(p.guarantor_account_id) AS guarantor_account_id, min(r.patient_id) AS patient_id,
           min(p.visit_id) AS visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = ANY(:accounts)
      LEFT JOIN practice_receipts r ON r.entry_id = e.id
      LEFT JOIN payments y ON y.entry_id = e.id
      CROSS JOIN LATERAL (SELECT CASE
        WHEN p.payer_id IS NOT NULL OR a.code = 'payer_clearing' THEN 'Insurers'
        WHEN r.id IS NOT NULL THEN 'Office: ' || r.method
        WHEN y.method = 'us_bank_account' THEN 'Online: bank account'
        WHEN y.id IS NOT NULL THEN 'Online: card'
        WHEN e.kind LIKE 'refund%' THEN 'Refunds'
        WHEN e.kind LIKE 'dispute%' THEN 'Card disputes'
        ELSE 'Other' END AS method) m
     WHERE e.occurred_on BETWEEN :first AND :on
     GROUP BY e.id, e.occurred_on, m.method
    HAVING sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) <> 0"""
_DAYS = text(
    "SELECT c.day, c.method, count(*) AS entries, sum(c.cents)::bigint AS cents"  # noqa: S608 (our own words only)
    f" FROM ({_ROWS}) c GROUP BY 1, 2 ORDER BY 1, 2"
)
_LEDGER = text("""
    SELECT coalesce(sum(d.debit_cents - d.credit_cents), 0)::bigint
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id AND a.code = ANY(:accounts)
     WHERE d.day BETWEEN :first AND :on""")


def cash_report(on: date) -> Report:
    """The month up to the day: what came in and went out, by day and method."""
    asked = {"first": on.replace(day=1), "on": on, "accounts": sorted(CASH)}
    with read_only() as session:
        rows = session.execute(_DAYS, asked).all()
        ledger, final = session.scalar(_LEDGER, asked), finality(session, on)
    methods = sorted({row.method for row in rows})
    days = sorted({row.day for row in rows})
    sums = {(row.day, row.method): row.cents for row in rows}

    def total(day: date | None, method: str | None) -> int:
        return sum(
            cents for (d, m), cents in sums.items() if day in (None, d) and method in (None, m)
        )

    lines = [
        cells(
            day,
            *(
                (Money(sums.get((day, m), 0)), f"{day}.{m}" if (day, m) in sums else "")
                for m in methods
            ),
            (Money(total(day, None)), f"{day}."),
        )
        for day in days
    ]
    lines.append(
        cells(
            "Together",
            *((Money(total(None, m)), f".{m}") for m in methods),
            (Money(total(None, None)), "."),
        )
    )
    return Report(
        key=KEY,
        title="Cash by day and method",
        lead="Money that came in, less what went out, from the first of the month to the day.",
        finality=final,
        tie=Tie(report=Money(total(None, None)), ledger=Money(ledger or 0)),
        charts=(
            Chart(
                title="Cash by day",
                kind="bars",
                unit="money",
                labels=tuple(str(day.day) for day in days),
                series=(Series(name="Cash", values=tuple(total(day, None) for day in days)),),
            ),
        ),
        tables=(
            Table(title="By day", heads=("Day", *methods, "Together"), rows=tuple(lines), has_total=True),
        ),
        definitions=(
            ("Insurers", "What remittances say is paid, on the day that they name; deposits move it to the bank."),
            ("Office", "Checks, cash and cards that the practice took itself, by its receipts."),
            ("Online", "Paid on our pages, before the card company’s fees."),
            ("Refunds", "Sent back to patients, by card or by check."),
        ),
    )  # fmt: skip


def drawer_report(on: date) -> Report:
    """What the office took on one day, by method."""
    asked = {"first": on, "on": on, "accounts": sorted(OFFICE)}
    with read_only() as session:
        rows = session.execute(_DAYS, asked).all()
        ledger, final = session.scalar(_LEDGER, asked), finality(session, on)
    amount = sum(row.cents for row in rows)
    lines = [
        cells(row.method, (row.entries, f"{row.method}"), (Money(row.cents), f"{row.method}"))
        for row in rows
    ]
    lines.append(cells("Together", sum(row.entries for row in rows), (Money(amount), ".")))
    return Report(
        key=DRAWER,
        title="Drawer of the day",
        lead="What the office took from patients on the day.",
        finality=final,
        tie=Tie(report=Money(amount), ledger=Money(ledger or 0)),
        tables=(
            Table(
                title="By method",
                heads=("Method", "Receipts", "Amount"),
                rows=tuple(lines),
                has_total=True,
            ),
        ),
    )


def cash_rows(figure: str, on: date) -> RowsOf | None:
    """The entries behind one cell: a day, a method, both or neither; None where there is no such figure."""
    day, _, method = figure.partition(".")
    try:
        days = (date.fromisoformat(day),) * 2 if day else (on.replace(day=1), on)
    except ValueError:
        return None
    if days[0] < on.replace(day=1) or days[1] > on or "." not in figure:
        return None
    return _filtered(method, {"first": days[0], "on": days[1], "accounts": sorted(CASH)})


def drawer_rows(figure: str, on: date) -> RowsOf | None:
    """The receipts behind one method, or behind all."""
    method = "" if figure == "." else figure
    return (
        _filtered(method, {"first": on, "on": on, "accounts": sorted(OFFICE)}) if figure else None
    )


def _filtered(method: str, asked: dict[str, object]) -> RowsOf:
    return RowsOf(
        title=method or "Cash",
        sql=f"SELECT * FROM ({_ROWS}) c WHERE :method IN ('', c.method)",  # noqa: S608 (our own words only)
        params={**asked, "method": method},
    )
