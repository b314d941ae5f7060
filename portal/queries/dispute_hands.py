"""Who had a hand in the lines of a dispute: none of them closes it (DISP-4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CompoundSelect, String, cast, select, union
from sqlalchemy.orm import Session

from portal.models.adjustments import AdjustmentRequest
from portal.models.audit import AuditEvent
from portal.models.bill_disputes import BillDisputeLine
from portal.models.ledger import JournalEntry, PostingRow
from portal.models.remittances import RemittanceClaim, RemittanceLine, RemittanceRow

MADE = ("create", "update", "approve", "correct")


def hands_on(session: Session, dispute_id: UUID) -> frozenset[int]:
    """The sign-ins that posted an entry on its lines, asked for or decided an adjustment, or posted a remittance.

    What a file brought in is nobody's. An entry names its maker in the audit trail, beside which it was written.
    """
    lines = select(BillDisputeLine.charge_id).where(BillDisputeLine.dispute_id == dispute_id)
    entries = (
        select(JournalEntry.id)
        .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
        .where(PostingRow.charge_id.in_(lines))
    )
    posted = select(AuditEvent.login_id).where(
        AuditEvent.face == "staff",
        AuditEvent.object_id.in_(select(cast(entries.subquery().c.id, String))),
        AuditEvent.action.in_(MADE),
    )
    asked = AdjustmentRequest.charge_id.in_(lines)
    remitted = (
        select(RemittanceRow.posted_by_id)
        .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
        .join(RemittanceLine, RemittanceLine.remittance_claim_id == RemittanceClaim.id)
        .where(RemittanceLine.charge_id.in_(lines))
    )
    every: CompoundSelect[int | None] = union(
        posted,
        select(AdjustmentRequest.requested_by_id).where(asked),
        select(AdjustmentRequest.decided_by_id).where(asked, AdjustmentRequest.state == "approved"),
        remitted,
    )
    return frozenset(one for one in session.scalars(every) if one is not None)
