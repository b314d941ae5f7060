"""Reference data as the office reads it: the list of tables, one table with search, one row with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.reference_data import TABLES, Kind, Table
from portal.db import read_only
from portal.models.identity import Login
from portal.models.reference import ReferenceChange, ReferenceUpload
from portal.queries.paging import Page, limits, page_of
from portal.queries.reference_rows import reference_rows

HISTORY = 50
KEY_SEPARATOR = "~"  # in an address; no key holds one


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One table in the list of tables."""

    table: Table
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRow:
    """One row, with what names it in an address."""

    name: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change of one row: by column, what it was and what it became."""

    at: datetime
    by: str
    file: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """One row and every change of it, the newest first."""

    cells: dict[str, str]
    history: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """A file that was taken and waits, or was applied."""

    id: UUID
    kind: Kind
    name: str
    content: bytes
    applied_at: datetime | None


def table_list() -> tuple[TableRow, ...]:
    """Every table, with its last change."""
    newest = select(func.max(ReferenceChange.id)).group_by(ReferenceChange.kind)
    query = (
        select(ReferenceChange.kind, ReferenceChange.at, Login.name, Login.email)
        .join(Login, Login.id == ReferenceChange.login_id)
        .where(ReferenceChange.id.in_(newest))
    )
    with read_only() as session:
        last = {row.kind: row for row in session.execute(query)}
    return tuple(
        TableRow(
            table=table,
            changed_at=last[kind.value].at if kind.value in last else None,
            changed_by=(last[kind.value].name or last[kind.value].email)
            if kind.value in last
            else "",
        )
        for kind, table in TABLES.items()
    )


def search_rows(kind: Kind, words: str, number: int) -> Page[ReferenceRow]:
    """One page of the rows in which every word stands somewhere."""
    wanted = words.casefold().split()
    with read_only() as session:
        rows = [
            ReferenceRow(name=KEY_SEPARATOR.join(key), cells=cells)
            for key, cells in reference_rows(session, kind).items()
            if all(word in " ".join(cells.values()).casefold() for word in wanted)
        ]
    offset, limit = limits(number)
    return page_of(rows[offset : offset + limit], number)


def all_rows(kind: Kind) -> tuple[dict[str, str], ...]:
    """Every row, for a file."""
    with read_only() as session:
        return tuple(reference_rows(session, kind).values())


def row_page(kind: Kind, name: str) -> RowPage | None:
    """One row; None where there is none of that key."""
    key = tuple(name.split(KEY_SEPARATOR))
    with read_only() as session:
        cells = reference_rows(session, kind).get(key)
        if cells is None:
            return None
        return RowPage(cells=cells, history=_history(session, kind, " ".join(key)))


def upload_page(upload_id: UUID) -> UploadPage | None:
    """One file."""
    with read_only() as session:
        row = session.get(ReferenceUpload, upload_id)
        if row is None:
            return None
        return UploadPage(
            id=row.id,
            kind=Kind(row.kind),
            name=row.name,
            content=row.content,
            applied_at=row.applied_at,
        )


def _history(session: Session, kind: Kind, key: str) -> tuple[HistoryRow, ...]:
    rows = session.execute(
        select(ReferenceChange, Login.name, Login.email)
        .join(Login, Login.id == ReferenceChange.login_id)
        .where(ReferenceChange.kind == kind.value, ReferenceChange.key == key)
        .order_by(ReferenceChange.id.desc())
        .limit(HISTORY)
    )
    return tuple(
        HistoryRow(
            at=row.at,
            by=name or email,
            file=row.file,
            fields=tuple(
                (column, (row.before or {}).get(column, ""), value)
                for column, value in row.after.items()
                if (row.before or {}).get(column, "") != value
            ),
        )
        for row, name, email in rows
    )
