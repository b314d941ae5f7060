"""What the printer and the post say became of each piece of mail, as a file of theirs (docs/files.md). Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

COLUMNS = ("piece", "status", "date", "line_1", "line_2", "city", "state", "postal_code")
NEEDED = COLUMNS[:3]


class MailFate(StrEnum):
    """What became of a piece."""

    MAILED = "mailed"
    RETURNED = "returned"
    FORWARDED = "forwarded"  # delivered elsewhere: the new address is in the row


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStatus:
    """One row; `address` is street, street2, city, state, postal code of a forwarded piece."""

    piece: str  # as in the manifest: a statement's number, or notice-12
    fate: MailFate
    on: date
    address: tuple[str, str, str, str, str] | None = None


class UnreadableStatus(ValueError):
    """The file is none of these; the message names the row, which starts at 2."""


def read_mail_status(content: bytes) -> tuple[MailStatus, ...]:
    """Every row of the file. Raises UnreadableStatus: a file that is half understood changes nothing."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableStatus("the file is no CSV in UTF-8") from error
    names: Sequence[str] = reader.fieldnames or ()
    if missing := [name for name in NEEDED if name not in names]:
        raise UnreadableStatus(f"the file has no column {missing[0]}")
    return tuple(_status(row, number) for number, row in enumerate(rows, start=2))


def _status(row: dict[str, str | None], number: int) -> MailStatus:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    try:
        fate = MailFate(cells["status"].lower())
        on = date.fromisoformat(cells["date"])
    except ValueError as error:
        raise UnreadableStatus(f"row {number}: {error}") from error
    if not cells["piece"]:
        raise UnreadableStatus(f"row {number}: no piece is named")
    street, street2, *rest = (cells[name] for name in COLUMNS[3:])
    address = (street, street2, rest[0], rest[1].upper(), rest[2])
    if fate is MailFate.FORWARDED and not (street and all(rest)):
        raise UnreadableStatus(f"row {number}: a forwarded piece needs its whole new address")
    return MailStatus(
        piece=cells["piece"],
        fate=fate,
        on=on,
        address=address if fate is MailFate.FORWARDED else None,
    )
