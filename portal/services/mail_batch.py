"""The folder that goes to the printer and the post: one PDF for each statement or letter and a file of addresses."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from billing.reach import Lines
from portal.db import read_only
from portal.models.statements import Statement, StatementDelivery
from portal.queries.reach import envelopes
from portal.queries.statement_json import from_json
from portal.services.plain_cell import plain_cell

ADDRESS_FILE = "addresses.csv"
COLUMNS = ("file", "statement", "name", "line_1", "line_2", "line_3")


def put_in_envelope(folder: Path, number: str, pdf: bytes) -> None:
    """Put one PDF into the batch; a half-written file never has the final name."""
    _write(folder, f"{number}.pdf", pdf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One line of the address file, of something else than a statement."""

    file: str
    name: str
    lines: Lines


def write_addresses(*, on: date, folder: Path, letters: Sequence[Envelope] = ()) -> int:
    """Write the address file of the day's batch from what was delivered; the number of envelopes."""
    with read_only() as session:
        rows = session.scalars(
            select(Statement)
            .join(StatementDelivery, StatementDelivery.statement_id == Statement.id)
            .where(StatementDelivery.batch == on.isoformat())
            .order_by(Statement.number)
        ).all()
        lines = envelopes(session, rows)
    if not rows and not letters:
        return 0
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        name = from_json(row.content).guarantor.name
        below = (*lines[row.id], "", "", "")[:3]
        free_text = (plain_cell(text) for text in (name, *below))
        writer.writerow((f"{row.number}.pdf", row.number, *free_text))
    for letter in letters:
        below = (*letter.lines, "", "", "")[:3]
        writer.writerow((letter.file, "", *(plain_cell(text) for text in (letter.name, *below))))
    _write(folder, ADDRESS_FILE, page.getvalue().encode())
    return len(rows) + len(letters)


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(folder / name)
