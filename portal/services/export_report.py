"""A report, or the rows behind one of its figures, as CSV; formulas are kept from spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import datetime

from portal.queries.report_shapes import Cell, Details, Report, plain_money
from portal.services.plain_cell import plain_cell

ROWS_AT_MOST = 50_000


def report_csv(report: Report, *, by: str, at: datetime) -> str:
    """Whose report of which day it is, then each table under its title, then what the words mean."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([report.title])
    writer.writerow(["As of", report.as_of.isoformat(), report.finality.words])
    writer.writerow(["Made", at.isoformat(timespec="seconds"), plain_cell(by)])
    for table in report.tables:
        writer.writerow([])
        writer.writerow([table.title])
        writer.writerow(table.heads)
        writer.writerows([_cell(one) for one in row] for row in table.rows)
    writer.writerow([])
    writer.writerows(
        [plain_cell(word), plain_cell(meaning)] for word, meaning in report.definitions
    )
    return out.getvalue()


def details_csv(details: Details, *, names: bool, closed: Collection[int]) -> str:
    """One row a line, with names for whoever may open accounts, but of the `closed` ones (HIPAA-3)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["day", "what", "amount", "counted", "account", *(["patient"] if names else [])]
    )
    for row in details.page.rows:
        name = "Restricted account" if row.account_id in closed else row.patient_name
        patient = [plain_cell(name)] if names else []
        writer.writerow(
            [
                row.day.isoformat() if row.day else "",
                plain_cell(row.what),
                "" if row.amount is None else plain_money(row.amount),
                "yes" if row.counted else "no",
                row.account_number,
                *patient,
            ]
        )
    return out.getvalue()


def _cell(cell: Cell) -> str:
    return cell.plain if cell.is_number else plain_cell(cell.plain)
