"""Take a write-off back: a whole batch, or one bill of it, as far as it has not come back by itself (OPS-22)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.bad_debt import Basis, BillState
from billing.entries import Line, adjustment_taken_back, undo
from billing.free_text import check_free_text
from billing.ledger import Account, Entry, transfer
from billing.placement import Lost
from portal.db import read_only, transaction
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.queries.placed_bills import bad_debt_lines, small_balance_lines
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_agency_payment import TAKEN_BACK
from portal.services.post_entry import post_entry
from portal.services.prepare_bad_debt import BadDebtRefused, note_batch
from portal.services.refusal import NotFound
from portal.services.reopen_denial import reopen_ended_by
from portal.services.reverse_adjustment import still_stands


def reverse_bad_debt(
    *,
    batch_id: UUID,
    bill_id: int | None = None,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> int:
    """How many bills are owed again; of all that stand where no bill is named. Twice is once.

    What an agency recovered since stays paid. Raises BadDebtRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not staff.may("collections.sign"):
        raise BadDebtRefused("Your role cannot take a write-off back. Ask a manager.")
    if not reason:
        raise BadDebtRefused("Say why: the reason stays with the entry.")
    with read_only() as session:
        wanted = select(BadDebtBill.id).where(BadDebtBill.batch_id == batch_id)
        if bill_id is not None:
            wanted = wanted.where(BadDebtBill.id == bill_id)
        ids = list(session.scalars(wanted.order_by(BadDebtBill.id)))
    if not ids:
        raise NotFound
    return sum(_take_back(one, reason=reason, staff=staff, on=on, now=now) for one in ids)


def _take_back(bill_id: int, *, reason: str, staff: StaffViewer, on: date, now: datetime) -> bool:
    entry: Entry | None
    with transaction() as session:
        lock_posting(session)
        visit_id, account_id = session.execute(
            select(BadDebtBill.visit_id, BadDebtBill.guarantor_account_id).where(
                BadDebtBill.id == bill_id
            )
        ).one()
        lock_accounts(session, [account_id])
        row = session.get_one(BadDebtBill, bill_id, with_for_update=True)
        if row.state != BillState.POSTED or row.entry_id is None:
            return False
        batch = session.get_one(BadDebtBatch, row.batch_id)
        if row.basis == Basis.PAYER_REST:
            entry = _payer_rest(session, row, row.entry_id, reason=reason, on=on)
        elif row.basis == Basis.SMALL:
            entry = _small(session, row, row.entry_id, reason=reason, on=on)
        else:
            left = bad_debt_lines(session, [visit_id]).get(visit_id, ())
            entry = _entry(session, row, row.entry_id, left, reason=reason, on=on)
        if entry is not None:  # nothing is left where all of it was recovered
            row.back_entry_id = post_entry(session, entry).entry_id
            if row.basis == Basis.PAYER_REST:
                since = batch.decided_at or batch.prepared_at
                reopen_ended_by(
                    session, entry, since=since, staff=staff, note=reason, on=on, now=now
                )
            session.flush()  # credit that waits settles it at once: nobody is asked for what they have paid
            apply_credit(
                session, guarantor_account_ids=[account_id], on=on, source=entry.source_ref
            )
        row.state, row.why = BillState.REVERSED.value, reason
        row.back_at, row.back_by_id = now, staff.login_id
        note_batch(session, batch, [row], action="reverse", staff=staff, now=now)
    return True


def _payer_rest(
    session: Session, row: BadDebtBill, entry_id: UUID, *, reason: str, on: date
) -> Entry | None:
    """The plan owes it again, as it did; nothing where it is not off any more."""
    written = load_entries(session, [entry_id])[entry_id]
    if not still_stands(session, written, entry_id):
        return None
    source = f"small_balance:{row.id}:reversed"
    return undo(written, entry_id=entry_id, source_ref=source, occurred_on=on, memo=reason)


def _small(
    session: Session, row: BadDebtBill, entry_id: UUID, *, reason: str, on: date
) -> Entry | None:
    """A small balance comes back as it went: what was paid since is the patient's credit, and is used for it.

    Only what is left of it where an agency recovered some, or a plan decided again and it was put back then: nobody
    is billed for it twice. None where nothing is left.
    """
    source = f"small_balance:{row.id}:reversed"
    written = load_entries(session, [entry_id])[entry_id]
    if still_stands(session, written, entry_id):
        return undo(written, entry_id=entry_id, source_ref=source, occurred_on=on, memo=reason)
    off = {
        leg.party: leg.amount for leg in written.postings if leg.account is Account.SMALL_BALANCE
    }
    left = small_balance_lines(session, [row.visit_id]).get(row.visit_id, ())
    lines = [
        Line(line.party, -min(line.amount, off[line.party])) for line in left if line.party in off
    ]
    if not lines:
        return None
    return adjustment_taken_back(
        source_ref=source, occurred_on=on, account=Account.SMALL_BALANCE, lines=lines, memo=reason
    )


def _entry(
    session: Session,
    row: BadDebtBill,
    entry_id: UUID,
    left: tuple[Lost, ...],
    *,
    reason: str,
    on: date,
) -> Entry | None:
    """The write-off's own reversal where all of it stands; else what is left of it, line by line."""
    source = f"bad_debt:{row.id}:reversed"
    written = load_entries(session, [entry_id])[entry_id]
    lost = {leg.party: leg.amount for leg in written.postings if leg.account is Account.BAD_DEBT}
    if lost == {line.party: line.amount for line in left}:
        return undo(written, entry_id=entry_id, source_ref=source, occurred_on=on, memo=reason)
    legs = [
        leg
        for line in left
        for leg in transfer(
            line.amount,
            debit_to=(Account.PATIENT_RECEIVABLE, line.party),
            credit_to=(Account.BAD_DEBT, line.party),
        )
    ]
    return Entry(TAKEN_BACK, source, on, tuple(legs), memo=reason) if legs else None
