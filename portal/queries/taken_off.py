"""What one person took off a line lately: limits look at the whole, not at each press (OPS-13, OPS-23)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, aliased

from billing.entries import WRITE_OFFS
from billing.ledger import Side
from billing.money import ZERO, Money
from portal.models.audit import AuditEvent
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.queries.among import among

LATELY = timedelta(days=30)


def taken_lately(
    session: Session, charge_ids: Collection[int], login_id: int, *, on: date
) -> Money:
    """The standing adjustments that this person posted on these lines in the last 30 days."""
    undone = aliased(JournalEntry)
    theirs = select(AuditEvent.id).where(
        AuditEvent.object_type == "adjustment",
        AuditEvent.object_id == cast(JournalEntry.id, String),
        AuditEvent.login_id == login_id,
    )
    found = session.scalar(
        select(func.sum(PostingRow.amount))
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            among(PostingRow.charge_id, charge_ids),
            PostingRow.side == Side.DEBIT,
            LedgerAccount.code.in_(WRITE_OFFS),
            JournalEntry.source_ref.startswith("staff:"),
            JournalEntry.occurred_on > on - LATELY,
            ~select(undone.id).where(undone.reverses_id == JournalEntry.id).exists(),
            theirs.exists(),
        )
    )
    return found or ZERO
