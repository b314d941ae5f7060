"""An agency's file of returns: CSV with a header, one fact a row, each judged alone (COLL-18, docs/placement.md)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from billing.agency_returns import Return, ReturnRow
from billing.free_text import redact_free_text
from billing.money import ZERO, Money

NEEDED = ("ref", "kind", "placement", "happened_on")
ADDRESS = ("line_1", "line_2", "city", "state", "zip")
COLUMNS = (*NEEDED, "amount", "fee", "detail", "of", *ADDRESS, "phone", "email")
WORDS = frozenset(
    {"detail", "line_1", "line_2", "city", "email"}
)  # the others are numbers of their own kind
HOLDS_CARD = "holds a card number"
MOST_ROWS = 5000
LONGEST = 2000  # characters of one cell
_AMOUNT = re.compile(r"\d{1,9}(\.\d{2})?")


class NoReturns(ValueError):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One row as it was written; `number` counts the file's lines, the header is 1."""

    number: int
    cells: Mapping[str, str]

    @property
    def ref(self) -> str:
        return self.cells.get("ref", "")


def read_cells(data: bytes) -> tuple[Cells, ...]:
    """The rows of a file in its order, empty ones left out. Raises NoReturns."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoReturns("The file is not UTF-8. Ask the agency to save it so.") from None
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    header: list[str] = []
    rows: list[Cells] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _header(cells)
            elif len(rows) == MOST_ROWS:
                raise NoReturns(f"The file has more than {MOST_ROWS} rows. Ask for two files.")
            else:
                rows.append(Cells(reader.line_num, _named(header, cells)))
    except csv.Error as error:
        raise NoReturns(f"Line {reader.line_num} is not CSV: {error}.") from error
    if not rows:
        raise NoReturns("The file has no rows.")
    return tuple(rows)


def read_row(cells: Mapping[str, str]) -> tuple[ReturnRow | None, tuple[str, ...]]:
    """The fact that a row tells, or why it cannot be read, each in words that say what to write instead."""
    wrong = [f"{name} is empty" for name in NEEDED if not cells.get(name)]
    if "too many cells" in cells:
        wrong.append("the row has not as many cells as the header")
    if any(len(cell) > LONGEST for cell in cells.values()):
        wrong.append(f"a cell is longer than {LONGEST} characters")
    if HOLDS_CARD in cells:
        wrong.append("a cell looks like a card number: take it out")
    kind = cells.get("kind", "")
    if kind and kind not in {one.value for one in Return}:
        wrong.append(f"kind must be one of {', '.join(Return)}")
    on = _day(cells.get("happened_on", ""))
    if on is None and cells.get("happened_on"):
        wrong.append("happened_on must be a day written YYYY-MM-DD")
    amounts = {name: _money(cells.get(name, "")) for name in ("amount", "fee")}
    wrong += [f"{name} must be dollars, as 12.50" for name, read in amounts.items() if read is None]
    if wrong or on is None:
        return None, tuple(wrong)
    address = tuple(cells.get(name, "") for name in ADDRESS)
    row = ReturnRow(
        ref=cells["ref"],
        kind=Return(kind),
        placement=cells["placement"],
        happened_on=on,
        amount=amounts["amount"] or ZERO,
        fee=amounts["fee"] or ZERO,
        detail=cells.get("detail", ""),
        of=cells.get("of", ""),
        address=address if any(address) else (),
        phone=cells.get("phone", ""),
        email=cells.get("email", ""),
    )
    return row, ()


def _header(cells: list[str]) -> list[str]:
    header = [cell.strip().casefold() for cell in cells]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise NoReturns(f"The header lacks {', '.join(missing)}.")
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise NoReturns(f"The header has columns that we do not know: {', '.join(unknown)}.")
    if len(set(header)) != len(header):
        raise NoReturns("The header names a column twice.")
    return header


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    named = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    if len(cells) != len(header):
        named["too many cells"] = str(len(cells))
    for name in WORDS & named.keys():
        if (plain := redact_free_text(named[name])) != named[name]:
            named |= {name: plain, HOLDS_CARD: "yes"}  # the number itself is kept nowhere (PCI-5)
    return named


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else None
    except ValueError:
        return None


def _money(cell: str) -> Money | None:
    """Dollars with two decimals, or whole ones; nothing is 0.00."""
    if not cell:
        return ZERO
    if not _AMOUNT.fullmatch(cell):
        return None
    dollars, _, cents = cell.partition(".")
    return Money(int(dollars) * 100 + int(cents or 0))
