"""Take in a file that the bank exported: read it, keep it, and let a person look before a line of it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.bank_lines import BankFile, without_cards
from billing.free_text import redact_free_text
from portal.db import read_only, transaction
from portal.models.bank import BankFileRow, BankLayout
from portal.office_ports import BankFileRefused, BankFiles, ColumnsUnknown
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.refusal import NotFound, Refusal


class FileRefused(Refusal):
    """The bank's file cannot be taken in; the message says what is wrong and where."""

    title = "This file was not taken in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What reading a bank's file needs of the outside."""

    reader: BankFiles
    store: DocumentStore


def take_bank_file(
    *,
    file_id: UUID,
    data: bytes,
    name: str,
    staff: StaffViewer | None,
    office: Office,
    now: datetime,
) -> bool:
    """Keep it with what was read of it; false when a person must first name its columns.

    The same id twice keeps it once. Raises FileRefused.
    """
    with read_only() as session:
        known = session.get(BankFileRow, file_id)
        layouts = _layouts(session)
    if known is not None:
        return known.lines is not None
    header: Sequence[str] | None = None
    file: BankFile | None = None
    try:
        file = _read(office.reader, data, layouts)
    except ColumnsUnknown as unknown:
        header = unknown.header
    except BankFileRefused as refused:
        raise FileRefused(str(refused)) from refused
    stored_as = office.store.put(data)
    with transaction() as session:
        session.add(
            BankFileRow(
                id=file_id,
                name=redact_free_text(PurePath(name).name)[:120],
                format=file.format if file else "",
                stored_as=stored_as,
                header=list(header) if header else None,
                lines=kept(file) if file else None,
                login_id=staff.login_id if staff else None,
                received_at=now,
                fresh=0,
            )
        )
    return file is not None


def name_bank_columns(
    *,
    file_id: UUID,
    columns: Mapping[str, str],
    staff: StaffViewer,
    office: Office,
    now: datetime,
) -> None:
    """Say which heading means what; the next file with these headings is read at once.

    Raises FileRefused or NotFound.
    """
    with read_only() as session:
        row = session.get(BankFileRow, file_id)
    if row is None or row.header is None:
        raise NotFound
    chosen = {key: name for key, name in columns.items() if name}
    try:
        file = office.reader.read(office.store.get(row.stored_as), columns=chosen)
    except ColumnsUnknown as unknown:
        raise FileRefused("Choose a date, and an amount or both of its halves.") from unknown
    except BankFileRefused as refused:
        raise FileRefused(str(refused)) from refused
    key = "\t".join(row.header)
    with transaction() as session:
        held = session.get_one(BankFileRow, file_id, with_for_update=True)
        held.lines, held.format = kept(file), file.format
        layout = session.get(BankLayout, key)
        if layout is None:
            session.add(BankLayout(header=key, columns=chosen, login_id=staff.login_id, at=now))
        else:
            layout.columns, layout.login_id, layout.at = chosen, staff.login_id, now


def kept(file: BankFile) -> list[dict[str, Any]]:
    """The lines as JSON, without what looks like a card number in their words (PCI-5)."""
    return [
        asdict(line)
        | {
            "on": line.on.isoformat(),
            "amount": line.amount.cents,
            "text": without_cards(line.text),
        }
        for line in file.lines
    ]


def _layouts(session: Session) -> dict[tuple[str, ...], dict[str, str]]:
    return {
        tuple(row.header.split("\t")): row.columns for row in session.scalars(select(BankLayout))
    }


def _read(
    reader: BankFiles, data: bytes, layouts: Mapping[tuple[str, ...], Mapping[str, str]]
) -> BankFile:
    try:
        return reader.read(data)
    except ColumnsUnknown as unknown:
        if unknown.header in layouts:
            return reader.read(data, columns=layouts[unknown.header])
        raise
