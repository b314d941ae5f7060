"""Write the files that tell agencies what to do: one an agency, with every order that waits (COLL-8, COLL-19).

The order and its file commit together: a process that dies before that leaves the orders waiting, one that dies after
it has written them. What dies in between leaves at most a document that no row names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from billing.placement import Order, PlacementState, order_for
from billing.placement_file import PlacementRow, manifest, problems_of, write_file
from portal.db import read_only, transaction
from portal.models.placements import AgencyRow, Placement, PlacementFile, PlacementOrder
from portal.models.practice import Practice
from portal.ports import DocumentStore
from portal.queries.placed_bills import PlacedBill
from portal.queries.placement_rows import placement_rows
from portal.services.lock_posting import lock_accounts
from portal.services.open_work import open_work

REFUSED = "placement_refused"  # the kind of work item
NEXT = "Put right what the row lacks; the bill is ours until it is placed again."


class Shelf(Protocol):
    """Where the content is kept, encrypted."""

    @property
    def documents(self) -> DocumentStore: ...


@dataclass(frozen=True, slots=True)
class FilesWritten:
    """The names of the files, how many rows they hold, and how many rows may not leave."""

    names: tuple[str, ...] = ()
    rows: int = 0
    refused: int = 0

    def lines(self) -> Iterator[str]:
        """As the command prints it."""
        if self.names:
            yield f"{self.rows} rows for agencies in {', '.join(self.names)}"
        if self.refused:
            yield f"{self.refused} rows for agencies may not leave: see the work queue"


def write_placement_files(*, on: date, now: datetime, shelf: Shelf) -> FilesWritten:
    """A file for each agency with orders that wait; again at once: none."""
    with read_only() as session:
        agency_ids = session.scalars(
            select(Placement.agency_id)
            .join(PlacementOrder, PlacementOrder.placement_id == Placement.id)
            .where(PlacementOrder.file_id.is_(None))
            .distinct()
            .order_by(Placement.agency_id)
        ).all()
    names: list[str] = []
    rows = refused = 0
    for agency_id in agency_ids:
        name, written, back = _write(agency_id, on=on, now=now, shelf=shelf)
        names += [name] if name else []
        rows += written
        refused += back
    return FilesWritten(names=tuple(names), rows=rows, refused=refused)


def _write(agency_id: int, *, on: date, now: datetime, shelf: Shelf) -> tuple[str, int, int]:
    with transaction() as session:
        lock_accounts(session, _accounts(session, agency_id))
        agency = session.get_one(AgencyRow, agency_id, with_for_update=True)
        leaving: list[tuple[PlacementOrder, PlacementRow]] = []
        refused = 0
        orders = _waiting(session, agency_id)
        found = placement_rows(session, orders, on=on)
        for order in orders:
            bill, row = found[order.id]
            if _held(order, bill):
                continue  # whoever looks at the bill next calls it home
            problems = problems_of(row)
            if problems:
                refused += _refuse(session, order, bill, problems, now=now)
            else:
                leaving.append((order, row))
        name = _keep(session, agency, leaving, now=now, shelf=shelf) if leaving else ""
        return name, len(leaving), refused


def _accounts(session: Session, agency_id: int) -> Sequence[int]:
    return session.scalars(
        select(Placement.guarantor_account_id)
        .join(PlacementOrder, PlacementOrder.placement_id == Placement.id)
        .where(Placement.agency_id == agency_id, PlacementOrder.file_id.is_(None))
        .distinct()
    ).all()


def _waiting(session: Session, agency_id: int) -> Sequence[PlacementOrder]:
    """In the order they were given. Of a bill that never left, nothing is told once it may not be placed any more."""
    first = aliased(PlacementOrder)
    never_told = exists().where(
        first.placement_id == Placement.id,
        first.order == Order.PLACE.value,
        first.file_id.is_(None),
        Placement.state != PlacementState.PLACED.value,
    )
    return session.scalars(
        select(PlacementOrder)
        .join(Placement, Placement.id == PlacementOrder.placement_id)
        .where(Placement.agency_id == agency_id, PlacementOrder.file_id.is_(None), ~never_told)
        .order_by(PlacementOrder.id)
    ).all()


def _held(order: PlacementOrder, bill: PlacedBill) -> bool:
    state = PlacementState(bill.placement.state)
    told = order_for(state, bill.conditions, balance=bill.owed)
    return order.order == Order.PLACE and told is not None


def _refuse(
    session: Session,
    order: PlacementOrder,
    bill: PlacedBill,
    problems: Sequence[str],
    *,
    now: datetime,
) -> int:
    placement = bill.placement
    if order.order == Order.PLACE:
        placement.state = PlacementState.RECALLED.value
        placement.ended_at, placement.ended_why = now, f"It never left: {'; '.join(problems)}."
    added = open_work(
        session,
        key=f"{REFUSED}:{order.id}",
        kind=REFUSED,
        reasons=problems,
        next_step=NEXT,
        account_id=placement.guarantor_account_id,
        now=now,
    )
    return int(added)


def _keep(
    session: Session,
    agency: AgencyRow,
    leaving: Sequence[tuple[PlacementOrder, PlacementRow]],
    *,
    now: datetime,
    shelf: Shelf,
) -> str:
    before = session.scalars(
        select(PlacementFile)
        .where(PlacementFile.agency_id == agency.id)
        .order_by(PlacementFile.number.desc())
        .limit(1)
    ).one_or_none()
    number = before.number + 1 if before else 1
    words = re.sub(r"[^a-z0-9]+", "-", agency.name.lower()).strip("-")
    name = f"{words}-{agency.id}-{number:04d}.csv"
    rows = [row for _, row in leaving]
    content = write_file(rows)
    told = manifest(
        rows,
        content,
        file=name,
        number=number,
        agency=agency.name,
        contract_ref=agency.contract_ref,
        creditor=session.scalar(select(Practice.legal_name).where(Practice.id == 1)) or "",
        made_at=now,
        previous_sha256=before.sha256 if before else "",
    )
    file = PlacementFile(
        id=uuid4(),
        agency_id=agency.id,
        number=number,
        name=name,
        sha256=told.sha256,
        stored=shelf.documents.put(content),
        manifest=json.loads(told.to_json()),
        made_at=now,
    )
    session.add(file)
    session.flush()
    for order, _ in leaving:
        order.file_id = file.id
    return name
