"""One act for many items of the queue: previewed row by row, done to those that nobody touched since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.bulk_work import MOST, Act, refuses_close
from billing.free_text import check_free_text
from portal.db import read_only, transaction
from portal.models.identity import Login
from portal.models.work import WorkAction, WorkItem, WorkNote
from portal.queries.queue_filter import QueueFilter
from portal.queries.staff_queue import QueueRow, item_row, items_query
from portal.queries.viewer import StaffViewer
from portal.queries.work_owners import work_owners
from portal.services.record_work_change import record_work_change
from portal.services.refusal import Refusal
from portal.services.resolve_work_item import OUTCOME_WORDS, Outcome

CLOSED = "It is closed already."
RESTRICTED = "This account is restricted: open it first, and say why."


class BulkRefused(Refusal):
    """Nothing was done; the message says why."""

    title = "Nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """The act, and what it needs; what an act does not need stays empty."""

    act: Act
    owner_id: int | None = None
    due_on: date | None = None
    note: str = ""
    outcome: Outcome | None = None

    def words(self, owners: Mapping[int, str]) -> str:
        """What it does, for the preview and for the history of each item."""
        if self.act is Act.GIVE:
            return f"gave it to {owners[self.owner_id]}" if self.owner_id else "gave it to nobody"
        if self.act is Act.DAY:
            return f"set the day to {self.due_on}"
        if self.act is Act.NOTE:
            return "wrote a note"
        outcome = self.outcome or Outcome.RIGHT_AS_POSTED
        return f"closed it: {OUTCOME_WORDS[outcome].split(':')[0].lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """One item: what the act would do, or why it does not."""

    row: QueueRow
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """Every chosen item; `seen` is the last act of anybody that this look knows of."""

    rows: tuple[BulkRow, ...]
    seen: int
    more: int  # how many match beyond what one press takes

    @property
    def possible(self) -> tuple[BulkRow, ...]:
        return tuple(one for one in self.rows if not one.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDone:
    """How many were done, and which were left: id and why."""

    done: int
    left: tuple[tuple[int, str], ...]


def matching_items(wanted: QueueFilter, *, on: date) -> tuple[int, ...]:
    """The ids of everything that a view holds, at most as many as one press takes and one more."""
    query = select(WorkItem.id).where(*wanted.where(on)).order_by(*wanted.order).limit(MOST + 1)
    with read_only() as session:
        return tuple(session.scalars(query))


def preview_bulk(
    ids: Sequence[int], act: Act, *, closed_accounts: Collection[int], on: date
) -> BulkPreview:
    """What an act would do to each of these items. Nothing is written."""
    chosen = ids[:MOST]
    with read_only() as session:
        seen = session.scalar(select(func.max(WorkAction.id))) or 0
        query = items_query().where(WorkItem.id.in_(chosen)).order_by(WorkItem.due_on, WorkItem.id)
        rows = [item_row(row, on) for row in session.execute(query)]
        remitted = set(_of_remittance(session, chosen))
    return BulkPreview(
        rows=tuple(
            BulkRow(
                row=row,
                refused=_refusal(
                    act,
                    kind=row.kind,
                    closed=row.closed,
                    holds_bill=row.holds_bill,
                    of_remittance=row.id in remitted,
                    restricted=row.account_id in closed_accounts,
                ),
            )
            for row in rows
        ),
        seen=seen,
        more=max(len(ids) - MOST, 0),
    )


def apply_bulk(
    ids: Collection[int],
    wish: BulkWish,
    *,
    form_id: UUID,
    seen: int,
    closed_accounts: Collection[int],
    staff: StaffViewer,
    now: datetime,
) -> BulkDone:
    """Do it to every item that is still as the preview showed it; the same form twice is done once.

    Raises BulkRefused or CardNumberRefused.
    """
    note = check_free_text(wish.note)
    with transaction() as session:
        owners = dict(work_owners(session))
        _check(wish, note, owners)
        items = session.scalars(
            select(WorkItem)
            .where(WorkItem.id.in_(sorted(ids)[:MOST]))
            .order_by(WorkItem.id)
            .with_for_update()
        ).all()
        again = {uuid5(form_id, str(item.id)) for item in items}
        if session.scalar(select(WorkAction.id).where(WorkAction.form_id.in_(again)).limit(1)):
            return BulkDone(done=0, left=())
        touched = _touched(session, [item.id for item in items], seen=seen, staff=staff)
        left: list[tuple[int, str]] = []
        for item in items:
            why = touched.get(item.id) or _refusal(
                wish.act,
                kind=item.kind,
                closed=item.closed_at is not None,
                holds_bill=item.holds_bill,
                of_remittance=item.remittance_id is not None,
                restricted=item.guarantor_account_id in closed_accounts,
            )
            if why:
                left.append((item.id, why))
                continue
            _do(session, item, wish, note, staff=staff, now=now)
            record_work_change(
                session,
                item,
                staff=staff,
                reason=f"{wish.act.value} together with others",
                now=now,
                kind="bulk",
                words=wish.words(owners),
                form_id=uuid5(form_id, str(item.id)),
            )
    return BulkDone(done=len(items) - len(left), left=tuple(left))


def _check(wish: BulkWish, note: str, owners: Mapping[int, str]) -> None:
    if wish.act is Act.GIVE and wish.owner_id is not None and wish.owner_id not in owners:
        raise BulkRefused("Choose somebody who may decide about work.")
    if wish.act is Act.DAY and wish.due_on is None:
        raise BulkRefused("Enter the day.")
    if wish.act in {Act.NOTE, Act.CLOSE} and not note:
        raise BulkRefused("Write what was done: the note stays with each item.")
    if wish.act is Act.CLOSE and wish.outcome in {None, Outcome.RESENT, Outcome.NOT_OURS}:
        raise BulkRefused("Choose how they ended.")


def _do(
    session: Session,
    item: WorkItem,
    wish: BulkWish,
    note: str,
    *,
    staff: StaffViewer,
    now: datetime,
) -> None:
    if wish.act is Act.GIVE:
        item.owner_id = wish.owner_id
    elif wish.act is Act.DAY:
        item.due_on = wish.due_on
    if note:
        session.add(WorkNote(work_item_id=item.id, login_id=staff.login_id, text=note, at=now))
    if wish.act is Act.CLOSE and wish.outcome is not None:
        item.closed_at, item.closed_by_id = now, staff.login_id
        item.outcome = wish.outcome.value


def _refusal(
    act: Act, *, kind: str, closed: bool, holds_bill: bool, of_remittance: bool, restricted: bool
) -> str:
    if restricted:
        return RESTRICTED
    if closed:
        return CLOSED
    if act is not Act.CLOSE:
        return ""
    return refuses_close(kind, holds_bill=holds_bill, of_remittance=of_remittance)


def _of_remittance(session: Session, ids: Sequence[int]) -> Sequence[int]:
    query = select(WorkItem.id).where(WorkItem.id.in_(ids), WorkItem.remittance_id.is_not(None))
    return session.scalars(query).all()


def _touched(
    session: Session, ids: Sequence[int], *, seen: int, staff: StaffViewer
) -> dict[int, str]:
    """By item: who acted on it since the preview."""
    rows = session.execute(
        select(WorkAction.work_item_id, WorkAction.words, Login.name, Login.email)
        .join(Login, Login.id == WorkAction.login_id)
        .where(
            WorkAction.work_item_id.in_(ids),
            WorkAction.id > seen,
            WorkAction.login_id != staff.login_id,
        )
        .order_by(WorkAction.id)
    )
    return {item: f"{name or email} {words} meanwhile." for item, words, name, email in rows}
