"""A report as plain data for the printed layout `report`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.queries.practice import PracticePage
from portal.queries.report_shapes import Cell, Report, Table


def report_print(
    report: Report, *, by: str, at: datetime, practice: PracticePage
) -> Mapping[str, Any]:
    """The tables of the page; the charts say nothing that these do not."""
    made = at.astimezone(ZoneInfo(practice.time_zone))
    return {
        "title": report.title,
        "practice": practice.name,
        "lead": report.lead,
        "as_of": Cell(report.as_of).text,
        "standing": report.finality.words,
        "made": f"{Cell(made.date()).text}, {made:%H:%M}, by {by}",
        "tie": ""
        if report.tie is None
        else f"The report adds up to {report.tie.report}, the ledger to {report.tie.ledger}.",
        "tables": [_table(table) for table in report.tables],
        "definitions": [list(pair) for pair in report.definitions],
    }


def _table(table: Table) -> Mapping[str, Any]:
    return {
        "title": table.title,
        "heads": list(table.heads),
        "numbers": list(table.numbers),
        "rows": [[cell.text for cell in row] for row in table.rows],
        "total": table.has_total,
        "note": table.note,
    }
