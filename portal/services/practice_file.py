"""The practice's own CSV files: rows with numbers, cells with types, refusals in plain words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.free_text import redact_free_text
from billing.money import Money
from portal.services.import_result import RefusedRecord

_YES = {"yes", "y", "true", "1"}
HOLDS_CARD = "a cell looks like a card number: take it out"
_NO = {"no", "n", "false", "0", ""}


class RowRefusedError(ValueError):
    """Why one row is not taken."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kind of file must hold, may hold, and which column tells its rows apart."""

    id: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    ours: str = ""  # ids that begin so are our own rows coming back: not judged by their cells
    mark: str = ""  # a row that fills this column and no needed one speaks of the file alone
    unique: tuple[str, ...] = ()  # what tells rows apart, where the id alone does not


@dataclass(frozen=True, slots=True)
class Row:
    """One row; the header is row 1."""

    number: int
    id: str
    cells: dict[str, str]

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self.cells

    def text(self, column: str, default: str = "") -> str:
        return self.cells.get(column, "") or default

    def needed(self, column: str) -> str:
        if not self.text(column):
            raise RowRefusedError(f"{column} is empty")
        return self.text(column)

    def day(self, column: str) -> date | None:
        if not self.text(column):
            return None
        try:
            return date.fromisoformat(self.text(column))
        except ValueError:
            raise RowRefusedError(f"{column} is not a date written YYYY-MM-DD") from None

    def needed_day(self, column: str) -> date:
        found = self.day(column)
        if found is None:
            raise RowRefusedError(f"{column} is empty")
        return found

    def yes(self, column: str) -> bool:
        """Yes or no; nothing means no."""
        found = self.text(column).casefold()
        if found in _YES:
            return True
        if found in _NO:
            return False
        raise RowRefusedError(f"{column} is neither yes nor no")

    def one_of(self, column: str, allowed: Iterable[str], default: str = "") -> str:
        found = self.text(column, default).casefold()
        if found not in set(allowed):
            raise RowRefusedError(f"{column} is not one of {', '.join(sorted(allowed))}")
        return found

    def cents(self, column: str) -> Money:
        try:
            amount = int(self.needed(column))
        except ValueError as error:
            if isinstance(error, RowRefusedError):
                raise
            raise RowRefusedError(f"{column} is not a whole number of cents") from None
        if not -(10**15) < amount < 10**15:
            raise RowRefusedError(f"{column} is too large")
        return Money(amount)


def read_rows(data: bytes, columns: Columns) -> tuple[list[Row], list[RefusedRecord]]:
    """The rows of a file; a wrong header refuses all of it, a misshapen row only itself."""
    reader = csv.reader(io.StringIO(_decode(data), newline=""))
    rows: list[Row] = []
    refused: list[RefusedRecord] = []
    header: list[str] = []
    seen: set[tuple[str, ...]] = set()
    try:
        for number, cells in enumerate(reader, start=1):
            if not header:
                header = [cell.strip().casefold() for cell in cells]
                wrong = _wrong_header(header, columns)
                if wrong:
                    return [], [RefusedRecord(position=number, id="", reason=wrong)]
            elif any(cell.strip() for cell in cells):
                values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                row = Row(number, values.get(columns.id, ""), values)
                reason = _misshapen(row, cells, header, columns, seen)
                if reason:
                    refused.append(RefusedRecord(position=number, id=row.id, reason=reason))
                else:
                    rows.append(row)
                    seen.add(_unique(row, columns))
    except csv.Error as error:
        return [], [RefusedRecord(position=reader.line_num, id="", reason=f"not CSV: {error}")]
    if not header:
        refused.append(RefusedRecord(position=1, id="", reason="the file is empty"))
    return rows, refused


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\x00", "")


def _wrong_header(header: list[str], columns: Columns) -> str:
    known = {columns.id, *columns.needed, *columns.optional}
    missing = sorted({columns.id, *columns.needed}.difference(header))
    unknown = sorted(set(header).difference(known))
    if missing:
        return f"the header lacks {', '.join(missing)}"
    if unknown:
        return f"the header has unknown columns: {', '.join(unknown)}"
    if len(set(header)) != len(header):
        return "the header names a column twice"
    return ""


def _misshapen(  # noqa: PLR0911 (a reason each)
    row: Row, cells: list[str], header: list[str], columns: Columns, seen: set[tuple[str, ...]]
) -> str:
    if len(cells) != len(header):
        return f"the row has {len(cells)} cells, the header {len(header)}"
    if not row.id:
        return f"{columns.id} is empty"
    if _unique(row, columns) in seen:
        named = " and ".join(columns.unique or (columns.id,))
        return f"this {named} stands on an earlier row too"
    if columns.ours and row.id.startswith(columns.ours):
        return ""
    if columns.mark and row.text(columns.mark) and not any(map(row.text, columns.needed)):
        return ""
    empty = [column for column in columns.needed if not row.text(column)]
    if empty:
        return f"{', '.join(empty)}: empty"
    return HOLDS_CARD if any(map(_holds_card, row.cells, row.cells.values())) else ""


def _holds_card(column: str, cell: str) -> bool:
    """PCI-5: no card number comes in by a file either. The other software's own numbers may be any digits."""
    if column.endswith(("_id", "_number", "_npi")) or column == "reverses":
        return False
    return redact_free_text(cell) != cell


def _unique(row: Row, columns: Columns) -> tuple[str, ...]:
    return tuple(row.text(column) for column in columns.unique or (columns.id,))
