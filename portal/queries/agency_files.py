"""An agency's files of returns: which came, what reading one would do, and what was told lately (COLL-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agency_files import Cells
from billing.agency_returns import Return
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.placements import AgencyFile, AgencyReturn, AgencyRow, Placement
from portal.queries.judged_returns import Judged, judged_returns
from portal.queries.paging import Page, limits, page_of

SHOWN = 100  # rows of a file on its page; the refused ones stand first
KIND_WORDS = {
    Return.PAYMENT: "Payment",
    Return.PAYMENT_BACK: "Payment returned by the bank",
    Return.DISPUTE: "Dispute",
    Return.ADDRESS: "Address, phone or e-mail",
    Return.CLOSURE: "Closed",
    Return.NOTICE: "Notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """One fact that was taken."""

    id: int
    ref: str
    kind: str
    words: str
    detail: str
    placement: str
    account_id: int
    account_name: str
    happened_on: date
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file in the list."""

    id: UUID
    name: str
    received_at: datetime
    by: str
    rows: int
    taken: int
    known: int
    refused: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsPage:
    """What came from one agency."""

    agency_id: int
    agency: str
    files: tuple[FileLine, ...]
    told: Page[ToldRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One row of a file, as reading it would judge it now; `account_id` is whose bill it is about."""

    number: int
    ref: str
    words: str
    placement: str
    account_id: int | None
    amount: Money
    detail: str
    known: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFilePage:
    """A file between its preview and its reading, or after it: then as it was read."""

    agency_id: int
    agency: str
    id: UUID
    name: str
    received_at: datetime
    read_at: datetime | None
    fresh: int
    known: int
    refused: tuple[FileRow, ...]
    good: tuple[FileRow, ...]
    rows: int
    paid: Money
    returned: Money


def returns_page(agency_id: int, *, page: int = 1) -> ReturnsPage | None:
    """The newest first; None for no such agency. Four queries."""
    with read_only() as session:
        agency = session.get(AgencyRow, agency_id)
        if agency is None:
            return None
        return ReturnsPage(
            agency_id=agency.id,
            agency=agency.name,
            files=_files(session, agency_id),
            told=page_of(_told(session, agency_id, page), page),
        )


def agency_file_page(agency_id: int, file_id: UUID, *, on: date) -> AgencyFilePage | None:
    """One file; None where the agency has none such."""
    with read_only() as session:
        file = session.get(AgencyFile, file_id)
        if file is None or file.agency_id != agency_id:
            return None
        agency = session.get_one(AgencyRow, agency_id)
        rows = [Cells(one["number"], one["cells"]) for one in file.rows]
        judged = judged_returns(session, agency_id, rows, today=on)
        was = {one["line"]: tuple(one["problems"]) for one in file.refused or ()}
        shown = [_row(one, was if file.read_at else None) for one in judged]
    good = [one for one in shown if not one.problems]
    return AgencyFilePage(
        agency_id=agency.id,
        agency=agency.name,
        id=file.id,
        name=file.name,
        received_at=file.received_at,
        read_at=file.read_at,
        fresh=file.taken if file.read_at else sum(not one.known for one in good),
        known=file.known if file.read_at else sum(one.known for one in good),
        refused=tuple(one for one in shown if one.problems)[:SHOWN],
        good=tuple(good[:SHOWN]),
        rows=len(rows),
        paid=_sum(judged, Return.PAYMENT),
        returned=_sum(judged, Return.PAYMENT_BACK),
    )


def _row(judged: Judged, was: dict[int, tuple[str, ...]] | None) -> FileRow:
    row = judged.row
    return FileRow(
        number=judged.cells.number,
        ref=judged.cells.ref,
        words=KIND_WORDS[row.kind] if row else judged.cells.cells.get("kind", ""),
        placement=judged.cells.cells.get("placement", ""),
        account_id=judged.placement.guarantor_account_id if judged.placement else None,
        amount=row.amount if row else ZERO,
        detail=row.detail if row else "",
        known=judged.known and was is None,
        problems=judged.problems if was is None else was.get(judged.cells.number, ()),
    )


def _sum(judged: Sequence[Judged], kind: Return) -> Money:
    return total_of(
        one.row.amount for one in judged if one.row and one.row.kind is kind and not one.problems
    )


def _files(session: Session, agency_id: int) -> tuple[FileLine, ...]:
    rows = session.execute(
        select(AgencyFile, Login.name, Login.email)
        .outerjoin(Login, Login.id == AgencyFile.received_by_id)
        .where(AgencyFile.agency_id == agency_id)
        .order_by(AgencyFile.received_at.desc())
        .limit(25)
    )
    return tuple(
        FileLine(
            id=file.id,
            name=file.name,
            received_at=file.received_at,
            by=name or email or "The command",
            rows=len(file.rows),
            taken=file.taken,
            known=file.known,
            refused=len(file.refused or ()),
            read_at=file.read_at,
        )
        for file, name, email in rows
    )


def _told(session: Session, agency_id: int, page: int) -> list[ToldRow]:
    start, count = limits(page)
    rows = session.execute(
        select(AgencyReturn, Placement.number, GuarantorAccount)
        .join(Placement, Placement.id == AgencyReturn.placement_id)
        .join(GuarantorAccount, GuarantorAccount.id == Placement.guarantor_account_id)
        .where(AgencyReturn.agency_id == agency_id)
        .order_by(AgencyReturn.id.desc())
        .offset(start)
        .limit(count)
    )
    return [
        ToldRow(
            id=told.id,
            ref=told.ref,
            kind=told.kind,
            words=KIND_WORDS[Return(told.kind)],
            detail=told.told.get("detail", ""),
            placement=number,
            account_id=account.id,
            account_name=account.display_name,
            happened_on=told.happened_on,
            amount=told.amount,
            fee=told.fee,
        )
        for told, number, account in rows
    ]
