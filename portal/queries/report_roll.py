"""The A/R roll-forward (OPS-18): what was owed when a month began, what moved it, and what was owed at its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from billing.money import Money
from billing.report_moves import REFUND_KINDS, WORDS, Move, accounts_of
from portal.db import read_only
from portal.queries.report_facts import (
    Moved,
    RowsOf,
    finality,
    moved,
    patient_credits,
    receivable,
    stands,
)
from portal.queries.report_shapes import (
    Cell,
    Chart,
    Report,
    Series,
    Table,
    Tie,
    cells,
    end_of_month,
    month_label,
    months_back,
)

KEY = "roll-forward"
MONTHS = 12
_ROWS = """
    SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
           CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
           true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id AND p.charge_id IS NOT NULL
      JOIN ledger_accounts a ON a.id = p.account_id
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE e.occurred_on BETWEEN :first AND :last AND a.code = ANY(:accounts)
       AND (NOT :by_kind OR (e.kind = ANY(:refunds)) = :refund)"""


def roll_report(on: date) -> Report:
    """Twelve months, the last one up to the day; each line is the ledger's own legs of charges."""
    months = months_back(on, MONTHS)
    with read_only() as session:
        before = stands(session, months[0] - timedelta(days=1))
        rows, balances = moved(session, first=months[0], on=on), stands(session, on)
        final = finality(session, on)
    shown = [move for move in Move if move is not Move.OTHER or any(r.move is move for r in rows)]
    lines, opens = [], receivable(before)
    closes: list[int] = []
    for month in months:
        changes = {move: _change(rows, month, move) for move in shown}
        close = opens + sum(changes.values())
        lines.append(_line(month, on, opens, changes, close))
        closes.append(close)
        opens = close
    owed, credit = receivable(balances), patient_credits(balances)
    return Report(
        key=KEY,
        title="A/R roll-forward",
        lead="What was owed when each month began, what changed it, and what was owed at its end.",
        finality=final,
        tie=Tie(report=Money(closes[-1]), ledger=Money(owed)),
        charts=(
            Chart(
                title="Owed at the end of each month",
                kind="line",
                unit="money",
                labels=tuple(month_label(month) for month in months),
                series=(Series(name="Owed", values=tuple(closes)),),
            ),
        ),
        tables=(
            Table(
                title="Month by month",
                heads=("Month", "Owed before", *(WORDS[move] for move in shown), "Owed after"),
                rows=tuple(lines),
            ),
            Table(
                title="From here to net A/R",
                heads=("What", "Amount"),
                rows=(
                    cells("Owed to us", Money(owed)),
                    cells("Less patients’ credits", (Money(-credit), "")),
                    cells("Net A/R, as the ageing shows it", Money(owed - credit)),
                ),
                has_total=True,
            ),
        ),
        definitions=DEFINITIONS,
    )


def figure_rows(figure: str, on: date) -> RowsOf | None:
    """The entries behind one cell: the month and the line; None where there is no such figure."""
    month, _, name = figure.partition(".")
    if name not in {move.value for move in Move}:
        return None
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    move = Move(name)
    return RowsOf(
        title=f"{WORDS[move]}, {month_label(first)}",
        sql=_ROWS,
        params={
            "first": first,
            "last": min(on, end_of_month(first)),
            "accounts": sorted(accounts_of(move)),
            "by_kind": move in (Move.PATIENT_PAID, Move.REFUNDS),
            "refunds": sorted(REFUND_KINDS),
            "refund": move is Move.REFUNDS,
        },
    )


def _change(rows: Sequence[Moved], month: date, move: Move) -> int:
    """What the line did to what is owed: the other way round than its own legs."""
    return -sum(row.cents for row in rows if row.month == month and row.move is move)


def _line(
    month: date, on: date, opens: int, changes: dict[Move, int], close: int
) -> tuple[Cell, ...]:
    label = month_label(month)
    if month == on.replace(day=1) and on != end_of_month(month):
        label += f" to {on.day}"
    moves: list[Any] = [
        (Money(cents), f"{month:%Y-%m}.{move}" if cents else "") for move, cents in changes.items()
    ]
    return cells(label, Money(opens), *moves, Money(close))


DEFINITIONS = (
    (
        "Owed",
        "What payers and patients owe on charges: insurance_receivable and patient_receivable.",
    ),
    ("Charges", "What was billed, and opening balances brought in at the cut-over."),
    ("Paid by insurers", "Payers’ money put on charges, less what they took back."),
    ("Paid by patients", "Patients’ money and credit put on charges; a refund stands apart."),
    ("Plan discounts", "Contractual adjustments."),
    ("Written off", "Write-offs, financial assistance, small balances and bad debt."),
)
