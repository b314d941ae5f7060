"""The files to agencies: their chain of numbers and hashes, who handed each over, and whose bills are in one (COLL-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.placement import Order
from portal.db import read_only
from portal.models.identity import Login
from portal.models.placements import AgencyRow, Placement, PlacementFile, PlacementOrder
from portal.queries.paging import Page, limits, page_of
from portal.queries.placement_pages import ORDER_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file; its manifest says what is in it."""

    id: UUID
    agency_id: int
    agency: str
    number: int
    name: str
    made_at: datetime
    sha256: str
    manifest: Mapping[str, Any]
    handed_at: datetime | None
    handed_by: str

    @property
    def rows(self) -> int:
        return int(self.manifest["rows"])

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many rows of each order, in words."""
        told = self.manifest["orders"]
        return tuple((ORDER_WORDS[one], told[one.value]) for one in Order if told.get(one.value))

    @property
    def placed(self) -> str:
        """What the placed bills come to, as the manifest says it."""
        return f"${self.manifest['placed']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """One file with the bills that are in it."""

    line: FileLine
    stored: str
    orders: tuple[
        tuple[UUID, str, str, int], ...
    ]  # placement, its number, what it was told, account

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(one[3] for one in self.orders)


def placement_files(*, agency: int, number: int) -> Page[FileLine]:
    """The newest first; of one agency where it is named."""
    wanted = _files().order_by(PlacementFile.made_at.desc(), PlacementFile.number.desc())
    if agency:
        wanted = wanted.where(PlacementFile.agency_id == agency)
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(wanted.offset(offset).limit(limit)).all()
    return page_of([_line(row) for row in rows], number)


def placement_file(file_id: UUID) -> FilePage | None:
    """One; None where there is none."""
    with read_only() as session:
        row = session.execute(_files().where(PlacementFile.id == file_id)).one_or_none()
        if row is None:
            return None
        return FilePage(
            line=_line(row), stored=row.PlacementFile.stored, orders=_orders(session, file_id)
        )


def _files() -> Any:
    return (
        select(PlacementFile, AgencyRow.name.label("agency"), Login.name.label("handed_by"))
        .join(AgencyRow, AgencyRow.id == PlacementFile.agency_id)
        .outerjoin(Login, Login.id == PlacementFile.handed_by_id)
    )


def _line(row: Any) -> FileLine:
    one = row.PlacementFile
    return FileLine(
        id=one.id,
        agency_id=one.agency_id,
        agency=row.agency,
        number=one.number,
        name=one.name,
        made_at=one.made_at,
        sha256=one.sha256,
        manifest=one.manifest,
        handed_at=one.handed_at,
        handed_by=row.handed_by or "",
    )


def _orders(session: Session, file_id: UUID) -> tuple[tuple[UUID, str, str, int], ...]:
    rows = session.execute(
        select(Placement.id, Placement.number, PlacementOrder.order, Placement.guarantor_account_id)
        .join(PlacementOrder, PlacementOrder.placement_id == Placement.id)
        .where(PlacementOrder.file_id == file_id)
        .order_by(PlacementOrder.id)
    )
    return tuple((row[0], row[1], ORDER_WORDS[Order(row[2])], row[3]) for row in rows)
