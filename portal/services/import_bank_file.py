"""Let a bank's file count: each line once, whatever other export carried it, and matched where certain (OPS-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.bank_lines import BankLine, identities
from billing.money import ZERO
from portal.db import read_only, transaction
from portal.models.bank import BankFileRow, BankLineRow
from portal.models.day import BankDeposit
from portal.queries.staff_bank import kept_lines
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, open_days
from portal.services.lock_posting import lock_posting
from portal.services.practice_date import practice_date
from portal.services.reassociate import LINES, reassociate_in
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.take_bank_file import FileRefused, Office, take_bank_file

AT_ONCE = 2000  # rows of one statement: the driver takes some 65,000 values


@dataclass(frozen=True, slots=True, kw_only=True)
class BankImported:
    """What the import did. `repeated`: it had been imported before."""

    fresh: int
    known: int
    matched: int
    repeated: bool = False


def import_bank_file(
    *, file_id: UUID, staff: StaffViewer | None, on: date, now: datetime
) -> BankImported:
    """Keep the lines that no earlier file had; money that came is a deposit from now on.

    A line that somebody had typed as a deposit is that deposit. Raises FileRefused or NotFound.
    """
    with transaction() as session:
        lock_posting(session)
        hold_days(session)
        file = session.get(BankFileRow, file_id, with_for_update=True)
        if file is None:
            raise NotFound
        if file.lines is None:
            raise FileRefused("Say once on the bank’s page which column of this file is which.")
        if file.imported_at is not None:
            return BankImported(fresh=file.fresh, known=0, matched=0, repeated=True)
        lines = [one for one in kept_lines(file.lines) if one.amount]
        if any(one.on > on for one in lines):
            raise FileRefused("A line of this file lies ahead of today.")
        fresh = _keep(session, file_id, lines)
        _deposits(session, fresh, now=now)
        session.flush()
        file.imported_at, file.fresh = now, len(fresh)
        done = reassociate_in(session, on=on, now=now)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="bank_file",
            object_id=file_id,
            reason=f"{len(fresh)} lines",
            now=now,
        )
    return BankImported(fresh=len(fresh), known=len(lines) - len(fresh), matched=done.matched)


def import_bank(*, data: bytes, name: str, office: Office, now: datetime) -> dict[str, Any]:
    """What the command does with one file, in the shape that imports print; a refusal is in it."""
    file_id = uuid5(LINES, sha256(data).hexdigest())
    with read_only() as session:
        on = practice_date(session, now)
    done, refused = BankImported(fresh=0, known=0, matched=0), []
    try:
        take_bank_file(file_id=file_id, data=data, name=name, staff=None, office=office, now=now)
        done = import_bank_file(file_id=file_id, staff=None, on=on, now=now)
    except FileRefused as refusal:
        refused = [{"position": "file", "id": "", "reason": str(refusal)}]
    counts = {"known": done.known, "matched": done.matched}
    return {"files": [{"file": name, "accepted": done.fresh, **counts, "refused": refused}]}


def _keep(session: Session, file_id: UUID, lines: list[BankLine]) -> list[BankLineRow]:
    if not lines:
        return []
    rows = [
        {
            "identity": identity,
            "file_id": file_id,
            "position": line.position,
            "account_last4": line.account,
            "posted_on": line.on,
            "amount": line.amount,
            "reference": line.reference,
            "text": line.text,
            "trace": line.addenda.trace,
        }
        for identity, line in zip(identities(lines), lines, strict=True)
    ]
    found: list[BankLineRow] = []
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(BankLineRow).values(rows[start : start + AT_ONCE])
        once = statement.on_conflict_do_nothing(index_elements=["identity"])
        found.extend(session.scalars(once.returning(BankLineRow)))
    return found


def _deposits(session: Session, fresh: list[BankLineRow], *, now: datetime) -> None:
    """Money that came; what staff typed before the file came is joined to its line."""
    came = [line for line in fresh if line.amount > ZERO]
    if not came:
        return
    days = open_days(session, {line.posted_on for line in came})
    typed = session.scalars(
        select(BankDeposit).where(
            BankDeposit.bank_line_id.is_(None), BankDeposit.deposited_on.in_(set(days))
        )
    ).all()
    free = list(typed)
    for line in came:
        same = next((one for one in free if _is(one, line)), None)
        if same is not None:
            free.remove(same)
            same.bank_line_id = line.id
            continue
        session.add(
            BankDeposit(
                form_id=uuid5(LINES, line.identity),
                bank_line_id=line.id,
                deposited_on=days[line.posted_on],
                amount=line.amount,
                trace=line.trace,
                matches=0,
                at=now,
            )
        )


def _is(deposit: BankDeposit, line: BankLineRow) -> bool:
    """Whether a typed deposit is this line: day and amount, and the trace where both have one."""
    same = (deposit.deposited_on, deposit.amount) == (line.posted_on, line.amount)
    trace = deposit.trace.upper()
    return same and (not trace or not line.trace or trace == line.trace)
