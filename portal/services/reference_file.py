"""Read a file of reference data and say what it would change; nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.reference_data import TABLES, Cells, Comparison, Kind, Table, compare, read_cells
from portal.db import read_only
from portal.queries.reference_rows import reference_rows
from portal.queries.viewer import StaffViewer
from portal.services.import_result import RefusedRecord
from portal.services.judge_reference import judge_reference
from portal.services.practice_file import Columns, Row, read_rows


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do. It is applied whole or not at all: one refused row keeps all of them out."""

    comparison: Comparison
    refused: tuple[RefusedRecord, ...]

    @property
    def may_be_applied(self) -> bool:
        return bool(self.comparison.changes) and not self.refused


def preview_upload(kind: Kind, data: bytes, *, staff: StaffViewer, on: date) -> Preview:
    """The same for a page."""
    with read_only() as session:
        return preview_reference(session, kind, data, staff=staff, on=on)


def preview_reference(
    session: Session, kind: Kind, data: bytes, *, staff: StaffViewer, on: date
) -> Preview:
    """Every row against what is kept now."""
    table = TABLES[kind]
    read, refused = read_rows(data, columns_of(table))
    if whole := _of_the_file(table, read):
        return Preview(Comparison(), (RefusedRecord(position=1, id="", reason=whole),))
    rows, unread = _cells(table, read)
    comparison = compare(table, reference_rows(session, kind), [cells for _, cells in rows])
    places = {table.key_of(cells): row.number for row, cells in rows}
    wrong = judge_reference(session, kind, comparison.changes, staff=staff, on=on)
    judged = [
        RefusedRecord(position=places[key], id=" ".join(key), reason=reason)
        for key, reason in wrong.items()
    ]
    in_order = sorted((*refused, *unread, *judged), key=lambda one: one.position)
    return Preview(comparison, tuple(in_order))


def columns_of(table: Table) -> Columns:
    """How a file's rows are told apart: by the table's whole key."""
    first = next(column.name for column in table.columns if column.needed)
    others = [column.name for column in table.columns if column.name != first]
    return Columns(id=first, needed=(), optional=tuple(others), unique=table.key)


def _of_the_file(table: Table, read: Sequence[Row]) -> str:
    """A column that is not there is not an empty cell: it must never wipe out what is kept."""
    lacking = [column.name for column in table.columns if read and not read[0].has(column.name)]
    if lacking:
        return f"the header lacks {', '.join(lacking)}"
    if len(read) > table.most:
        return f"the file has {len(read):,} rows; {table.most:,} are the most"
    return ""


def _cells(
    table: Table, read: Sequence[Row]
) -> tuple[list[tuple[Row, Cells]], list[RefusedRecord]]:
    rows: list[tuple[Row, Cells]] = []
    refused: list[RefusedRecord] = []
    seen: set[tuple[str, ...]] = set()
    for row in read:
        cells, problems = read_cells(table, row.cells)
        if not problems and table.key_of(cells) in seen:
            problems = {" and ".join(table.key): "stands on an earlier row too"}
        if problems:
            words = "; ".join(f"{name} {problem}" for name, problem in problems.items())
            key = " ".join(row.cells.get(name, "") for name in table.key)
            refused.append(RefusedRecord(position=row.number, id=key, reason=words))
            continue
        seen.add(table.key_of(cells))
        rows.append((row, cells))
    return rows, refused
