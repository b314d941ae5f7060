"""Take back an adjustment that staff made: a reversing entry, never an edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.adjustments import kinds_for
from billing.entries import WRITE_OFFS, undo
from billing.free_text import check_free_text
from billing.ledger import Entry, Side
from billing.money import ZERO
from billing.transfers import TransferRefused
from portal.db import transaction
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.queries.prior_decisions import load_entries
from portal.queries.staff_ledger import is_staff_adjustment
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import AlreadyPosted, post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.reopen_denial import reopen_denial
from portal.services.transfer_share import TRANSFER, undo_transfer


class ReversalRefused(Refusal):
    """The entry cannot be taken back here; the message says why."""

    title = "This cannot be taken back here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """The reversing entry; `repeated` when the adjustment was taken back before."""

    entry_id: UUID
    repeated: bool


def reverse_adjustment(
    *,
    entry_id: UUID,
    account_id: int,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Reversed:
    """Post the entry that undoes an adjustment, leg by leg; twice is one reversal.

    Raises ReversalRefused, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not reason:
        raise ReversalRefused("Say why: a reason stays with the entry. Nothing was changed.")
    if not kinds_for(staff.role):
        raise ReversalRefused("Your role cannot take adjustments back. Ask a manager.")
    with transaction() as session:
        lock_posting(session)
        lock_accounts(session, {account_id})
        entry = _entry(session, entry_id, account_id)
        if not is_staff_adjustment(entry.kind, entry.source_ref):
            raise ReversalRefused("Only an adjustment made by staff can be taken back here.")
        if not still_stands(session, entry, entry_id):
            raise ReversalRefused("A plan decided again since, and this was put back then.")
        if entry.kind == TRANSFER:
            try:
                undo_transfer(session, entry, entry_id, on=on, now=now)
            except TransferRefused as refused:
                raise ReversalRefused(str(refused)) from refused
        # The source names the entry that is undone, so a second try is the same fact.
        outcome = post_entry(
            session,
            undo(
                entry,
                entry_id=entry_id,
                source_ref=f"staff:{entry_id}:reversed",
                occurred_on=on,
                memo=reason,
            ),
        )
        if isinstance(outcome, AlreadyPosted):
            return Reversed(entry_id=outcome.entry_id, repeated=True)
        reopen_denial(session, entry, entry_id, staff=staff, note=reason, on=on, now=now)
        if entry.kind == TRANSFER:
            # What became credit when the share went back to its plan pays it again.
            owners = {account_id}
            apply_credit(session, guarantor_account_ids=owners, on=on, source=f"undo:{entry_id}")
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="adjustment_reversal",
            object_id=outcome.entry_id,
            account_ids=(account_id,),
            now=now,
        )
    return Reversed(entry_id=outcome.entry_id, repeated=False)


def still_stands(session: Session, entry: Entry, entry_id: UUID) -> bool:
    """Whether each line still has as much taken off, or this very reversal was posted before."""
    off = {leg.party.charge_id: leg for leg in entry.postings if leg.account in WRITE_OFFS}
    signed = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(
            PostingRow.charge_id,
            PostingRow.payer_id,
            LedgerAccount.code,
            func.sum(signed).label("net"),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(PostingRow.charge_id.in_(off))
        .group_by(PostingRow.charge_id, LedgerAccount.code, PostingRow.payer_id)
    )
    left = {(row.charge_id, row.code, row.payer_id): row.net for row in rows}
    before = session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id))
    enough = all(
        left.get((charge_id, leg.account.value, leg.party.payer_id), ZERO) >= leg.amount
        for charge_id, leg in off.items()
    )
    return enough or before is not None


def _entry(session: Session, entry_id: UUID, account_id: int) -> Entry:
    """The entry as a value, if it concerns the account."""
    entry = load_entries(session, [entry_id]).get(entry_id)
    if entry is None or any(leg.party.guarantor_account_id != account_id for leg in entry.postings):
        raise NotFound
    return entry
