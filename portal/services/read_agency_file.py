"""Let an agency's file of returns count: good rows are taken, each once, and bad ones kept as work (COLL-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agency_files import Cells
from billing.agency_returns import Return, ReturnRow
from portal.db import read_only, transaction
from portal.models.placements import AgencyFile, AgencyReturn, AgencyRow, Placement
from portal.ports import DocumentStore
from portal.queries.judged_returns import Judged, judged_returns
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.open_work import open_work
from portal.services.post_return import Moment, post_return
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound
from portal.services.take_agency_file import FileRefused, take_agency_file
from portal.services.tend_accounts import tend_accounts

WORK = "agency_rows"
NEXT_STEP = "Ask the agency for a file with these rows mended, and read it."
ANSWER_WITHIN = timedelta(days=2)
_FILES = UUID("6f0f6a3e-8a7b-4d0a-9a51-6f2a5a0c9f11")  # of files that the command reads


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsRead:
    """What reading did. `repeated`: the file had been read before, and nothing was done."""

    taken: int
    known: int
    refused: tuple[dict[str, Any], ...]  # line, ref and words
    repeated: bool = False


def read_agency_file(
    *,
    file_id: UUID,
    agency_id: int,
    staff: StaffViewer | None,
    public_url: str,
    on: date,
    now: datetime,
) -> ReturnsRead:
    """Take every good row in one transaction; the same row by another file does nothing. Raises NotFound.

    Payments stand before what takes them back, whatever the file's order. What an agency must hear of at once is
    ordered here too: a bill that may not be there any more comes home.
    """
    with transaction() as session:
        lock_posting(session)
        file = session.get(AgencyFile, file_id, with_for_update=True)
        if file is None or file.agency_id != agency_id:
            raise NotFound
        if file.read_at is not None:
            return _read_before(file)
        rows = [Cells(one["number"], one["cells"]) for one in file.rows]
        lock_accounts(session, _accounts(session, agency_id, rows))
        judged = judged_returns(session, agency_id, rows, today=on)
        moment = Moment(
            on=on, now=now, login_id=staff.login_id if staff else None, public_url=public_url
        )
        accounts = _take(session, file, judged, moment)
        tend_accounts(session, sorted(accounts), on=on, now=now)
        _close(session, file, judged, moment)
        _audit(session, file, accounts, staff=staff, now=now)
        return ReturnsRead(taken=file.taken, known=file.known, refused=tuple(file.refused or ()))


def read_returns(
    *, agency: str, data: bytes, name: str, store: DocumentStore, public_url: str, now: datetime
) -> dict[str, Any]:
    """What the command does with one file of the agency of that name, in the shape that imports print."""
    with read_only() as session:
        on = practice_date(session, now)
        agency_id = session.scalar(select(AgencyRow.id).where(AgencyRow.name == agency))
    done = ReturnsRead(taken=0, known=0, refused=())
    if agency_id is None:
        refused = [{"position": "file", "id": "", "reason": "no agency has this name"}]
        return {"files": [{"file": name, "accepted": 0, "known": 0, "refused": refused}]}
    try:
        file_id = uuid5(_FILES, f"{agency_id}:{now.isoformat()}:{sha256(data).hexdigest()}")
        take_agency_file(
            file_id=file_id,
            agency_id=agency_id,
            data=data,
            name=name,
            staff=None,
            store=store,
            now=now,
        )
        done = read_agency_file(
            file_id=file_id,
            agency_id=agency_id,
            staff=None,
            public_url=public_url,
            on=on,
            now=now,
        )
        refused = [
            {"position": one["line"], "id": one["ref"], "reason": "; ".join(one["problems"])}
            for one in done.refused
        ]
    except FileRefused as refusal:
        refused = [{"position": "file", "id": "", "reason": str(refusal)}]
    counts = {"accepted": done.taken, "known": done.known}
    return {"files": [{"file": name, **counts, "refused": refused}]}


def _accounts(session: Session, agency_id: int, rows: Sequence[Cells]) -> list[int]:
    numbers = {row.cells.get("placement", "") for row in rows}
    return list(
        session.scalars(
            select(Placement.guarantor_account_id)
            .where(Placement.agency_id == agency_id, Placement.number.in_(numbers))
            .distinct()
        )
    )


def _take(session: Session, file: AgencyFile, judged: Sequence[Judged], moment: Moment) -> set[int]:
    """Keep and post the fresh rows; the accounts that they concern."""
    accounts: set[int] = set()
    fresh = sorted(
        ((one, one.row, one.placement) for one in judged if one.fresh),
        key=lambda part: part[1] is not None and part[1].kind is Return.PAYMENT_BACK,
    )
    for one, row, placement in fresh:
        if row is None or placement is None:
            raise ValueError("a fresh row was read, and its bill found")
        kept = _kept(file, row, placement, moment, told=dict(one.cells.cells))
        session.add(kept)
        session.flush()
        post_return(session, kept, row, placement, moment)
        accounts.add(placement.guarantor_account_id)
    return accounts


def _kept(
    file: AgencyFile,
    row: ReturnRow,
    placement: Placement,
    moment: Moment,
    *,
    told: dict[str, str],
) -> AgencyReturn:
    return AgencyReturn(
        agency_id=file.agency_id,
        ref=row.ref,
        kind=row.kind.value,
        placement_id=placement.id,
        happened_on=row.happened_on,
        amount=row.amount,
        fee=row.fee,
        told=told,
        file_name=file.name,
        read_at=moment.now,
        read_by_id=moment.login_id,
    )


def _close(session: Session, file: AgencyFile, judged: Sequence[Judged], moment: Moment) -> None:
    """Write down what became of the file; what was refused is work until somebody closes it."""
    refused: list[dict[str, Any]] = [
        {"line": one.cells.number, "ref": one.cells.ref, "problems": list(one.problems)}
        for one in judged
        if one.problems
    ]
    file.read_at, file.read_by_id, file.refused = moment.now, moment.login_id, refused
    file.taken = sum(one.fresh for one in judged)
    file.known = sum(one.known for one in judged)
    if refused:
        agency = session.get_one(AgencyRow, file.agency_id)
        open_work(
            session,
            key=f"{WORK}:{file.agency_id}:{file.sha256}",
            kind=WORK,
            reasons=[
                f"{agency.name}, line {one['line']}: {'; '.join(one['problems'])}"
                for one in refused
            ],
            next_step=NEXT_STEP,
            due_on=moment.on + ANSWER_WITHIN,
            now=moment.now,
        )


def _read_before(file: AgencyFile) -> ReturnsRead:
    return ReturnsRead(
        taken=file.taken, known=file.known, refused=tuple(file.refused or ()), repeated=True
    )


def _audit(
    session: Session,
    file: AgencyFile,
    accounts: set[int],
    *,
    staff: StaffViewer | None,
    now: datetime,
) -> None:
    access = Access(
        face="staff" if staff else "system",
        login_id=staff.login_id if staff else None,
        role=staff.role if staff else "",
        action="create",
        object_type="agency_file",
        object_id=str(file.id),
        account_ids=tuple(sorted(accounts)),
        reason=f"{file.taken} rows",
    )
    add_access(session, access, now=now)
