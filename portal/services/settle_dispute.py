"""Put a lost payment back on the bills that it paid, take it off them, or undo that when the bank pays after all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import disputes, entries
from billing.disputes import DECISION_WORDS, Decision
from billing.ledger import Account, Entry, Party
from billing.money import Money
from billing.refunds import take_back
from portal.models.disputes import Dispute
from portal.models.ledger import JournalEntry
from portal.models.payments import Payment
from portal.queries.prior_decisions import load_entries
from portal.queries.refund_books import refund_books
from portal.services.apply_credit import apply_credit
from portal.services.post_entry import post_entry
from portal.services.practice_date import practice_date
from portal.services.record_refund import credit_overpaid


def settle_dispute(
    session: Session, dispute: Dispute, payment: Payment, decision: Decision, *, now: datetime
) -> Money:
    """Move what lies in dispute to where the payment lies now; how much of it is due again.

    The caller holds the accounts and the dispute. What is written off is due again for no moment:
    both entries are of one transaction, and the second is an adjustment that staff can take back.
    """
    today = practice_date(session, now)
    books = refund_books(session, payment, on=today)
    taken = take_back(dispute.withdrawn - dispute.returned, books.sources)
    entry = disputes.owed_again(
        source_ref=f"stripe:{dispute.provider_id}:decided",
        occurred_on=today,
        taken=taken,
        account_id=payment.guarantor_account_id,
        memo=DECISION_WORDS[decision],
    )
    dispute.entry_id = post_entry(session, entry).entry_id
    dispute.decision, dispute.decided_at = decision.value, now
    if decision is Decision.WRITTEN_OFF and taken.due_again:
        lines = [
            entries.Line(
                Party(
                    guarantor_account_id=part.account_id,
                    visit_id=part.visit_id,
                    charge_id=part.charge_id,
                ),
                part.amount,
            )
            for part in taken.parts
            if part.due_again
        ]
        off = entries.adjustment(
            source_ref=written_off_ref(dispute),
            occurred_on=today,
            account=Account.PROVIDER_WRITE_OFF,
            lines=lines,
            memo=f"{DECISION_WORDS[decision]}: {dispute.reason}",
        )
        post_entry(session, off)
    return taken.due_again


def unsettle_dispute(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """The bank paid after all: what was decided is reversed, and a line paid anew meanwhile gives credit."""
    if dispute.entry_id is None:
        return
    today, ref = practice_date(session, now), f"stripe:{dispute.provider_id}:undone"
    off = session.scalar(
        select(JournalEntry.id).where(JournalEntry.source_ref == written_off_ref(dispute))
    )
    found = load_entries(session, [i for i in (dispute.entry_id, off) if i is not None])
    if off is not None:
        # The same reference as on the staff's own page: what they took back before stays so once.
        _undo(session, found[off], off, f"staff:{off}:reversed", now)
    back = _undo(session, found[dispute.entry_id], dispute.entry_id, ref, now)
    credit_overpaid(session, back, ref, today)
    owners = {leg.party.guarantor_account_id for leg in back.postings} - {None}
    apply_credit(
        session,
        guarantor_account_ids=sorted(owner for owner in owners if owner is not None),
        on=today,
        source=ref,
    )
    dispute.decision, dispute.entry_id = "", None


def written_off_ref(dispute: Dispute) -> str:
    """The fact that a lost dispute was taken off."""
    return f"staff:dispute:{dispute.provider_id}"


def _undo(session: Session, entry: Entry, entry_id: UUID, ref: str, now: datetime) -> Entry:
    back = entries.undo(
        entry,
        entry_id=entry_id,
        source_ref=ref,
        occurred_on=practice_date(session, now),
        memo="the bank paid after all",
    )
    post_entry(session, back)
    return back
