"""How many lines of remittances posted themselves, by payer and since when (OPS-15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from portal.models.eobs import EobEntry
from portal.models.remittances import RemittanceClaim, RemittanceLine, RemittanceRow
from portal.models.work import WorkItem

GOAL = 90  # per cent of lines (OPS-15)
HELD_KINDS = ("held_claim", "unmatched")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Numerator and denominator, so that nobody needs to trust the per cent."""

    lines: int = 0
    by_itself: int = 0

    @property
    def per_cent(self) -> int | None:
        """Rounded down: 89.9 is not 90."""
        return self.by_itself * 100 // self.lines if self.lines else None

    @property
    def reached(self) -> bool:
        return self.per_cent is not None and self.per_cent >= GOAL


def shares_by_payer(session: Session, *, since: datetime) -> Mapping[int | None, Share]:
    """Of the lines that came in since then: how many no person had to let through. What was typed is none."""
    held = select(WorkItem.remittance_claim_id).where(
        WorkItem.kind.in_(HELD_KINDS), WorkItem.remittance_claim_id.is_not(None)
    )
    by_itself = and_(
        RemittanceRow.status == "posted",
        RemittanceRow.posted_by_id.is_(None),
        RemittanceClaim.id.not_in(held),
    )
    typed = exists().where(EobEntry.remittance_id == RemittanceRow.id)
    rows = session.execute(
        select(
            RemittanceRow.payer_id,
            func.count(RemittanceLine.id),
            func.count(case((by_itself, RemittanceLine.id))),
        )
        .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
        .join(RemittanceLine, RemittanceLine.remittance_claim_id == RemittanceClaim.id)
        .where(RemittanceRow.received_at >= since, ~typed)
        .group_by(RemittanceRow.payer_id)
    )
    return {payer_id: Share(lines=lines, by_itself=own) for payer_id, lines, own in rows}


def together(shares: Mapping[int | None, Share]) -> Share:
    """Of all payers."""
    return Share(
        lines=sum(one.lines for one in shares.values()),
        by_itself=sum(one.by_itself for one in shares.values()),
    )
