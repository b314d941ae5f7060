"""An entry of the ledger as a value, to be reversed leg by leg."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.ledger import Account, Entry, Party, Posting, Side
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow


def load_entry(session: Session, entry_id: UUID) -> Entry | None:
    """The entry with every leg and whom it concerns; None when there is none by this id."""
    entry = session.get(JournalEntry, entry_id)
    if entry is None:
        return None
    rows = session.execute(
        select(LedgerAccount.code, PostingRow)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(PostingRow.entry_id == entry_id)
        .order_by(PostingRow.id)
    )
    return Entry(
        kind=entry.kind,
        source_ref=entry.source_ref,
        occurred_on=entry.occurred_on,
        postings=tuple(
            Posting(
                Account(code),
                Side(leg.side),
                leg.amount,
                Party(
                    guarantor_account_id=leg.guarantor_account_id,
                    visit_id=leg.visit_id,
                    charge_id=leg.charge_id,
                    claim_id=leg.claim_id,
                    payer_id=leg.payer_id,
                    reference=leg.reference,
                ),
            )
            for code, leg in rows
        ),
    )
