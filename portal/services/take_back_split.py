"""Undo a split by its reversal: the money stands in suspense again, and the item is open."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.entries import undo
from billing.free_text import check_free_text
from billing.money import Money
from portal.db import transaction
from portal.models.ledger import JournalEntry
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkAction, WorkItem, WorkNote
from portal.queries.prior_decisions import load_entries
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.take_item import Turn, take_item


class TakeBackRefused(Refusal):
    """The split stands; the message says why."""

    title = "This split is not taken back"


def take_back_split(
    *, item_id: int, note: str, staff: StaffViewer, on: date, now: datetime, turn: Turn
) -> Money:
    """Reverse the last split of the item, leg by leg; what waits in suspense after.

    Raises TakeBackRefused, ActedMeanwhile, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not note:
        raise TakeBackRefused("Say why: the note stays with the item. Nothing was changed.")
    with transaction() as session:
        lock_posting(session)
        item = take_item(session, item_id, turn, staff=staff, closed=True)
        if item is None:
            return Money(0)
        row = session.get(RemittanceClaim, item.remittance_claim_id or 0, with_for_update=True)
        reference = _last_split(session, item_id)
        if row is None or reference is None:
            raise NotFound
        [(entry_id, entry)] = load_entries(session, (), [reference]).items()
        accounts = {leg.party.guarantor_account_id for leg in entry.postings}
        lock_accounts(session, {one for one in accounts if one is not None})
        post_entry(
            session,
            undo(
                entry,
                entry_id=entry_id,
                source_ref=f"{reference}:reversed",
                occurred_on=on,
                memo=note,
            ),
        )
        left = waiting_in_suspense(session, row.id)
        _reopen(item, row, left)
        session.add(WorkNote(work_item_id=item_id, login_id=staff.login_id, text=note, at=now))
        record_work_change(
            session,
            item,
            staff=staff,
            reason="split taken back",
            now=now,
            kind="taken_back",
            words="took the split back",
            form_id=turn.form_id,
        )
    return left


def _last_split(session: Session, item_id: int) -> str | None:
    """The source of the last split that stands; None when there is none."""
    forms = session.scalars(
        select(WorkAction.form_id)
        .where(WorkAction.work_item_id == item_id, WorkAction.kind == "split")
        .order_by(WorkAction.id.desc())
    )
    references = [f"split:{form_id}" for form_id in forms]
    reversed_refs = set(
        session.scalars(
            select(JournalEntry.source_ref).where(
                JournalEntry.source_ref.in_([f"{one}:reversed" for one in references])
            )
        )
    )
    return next((one for one in references if f"{one}:reversed" not in reversed_refs), None)


def _reopen(item: WorkItem, row: RemittanceClaim, left: Money) -> None:
    """As it stood when the whole money waited; after an earlier split some of it is still placed."""
    if left == row.paid:
        row.disposition = "held" if row.claim_id else "unmatched"
    item.closed_at, item.closed_by_id, item.outcome = None, None, ""
    item.amount = left
