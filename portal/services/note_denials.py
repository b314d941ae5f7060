"""Since when an amount of a decision is a denial, where that was not from the start."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, update
from sqlalchemy.orm import Session

from billing.carc import PATIENT_GROUP
from billing.decision import Outcome
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine


def note_denials(session: Session, row_ids: Collection[int], *, now: datetime) -> None:
    """Decisions that nobody judged until now: the denials among them say so, in the caller's transaction (KPI-8).

    The denial rate of a past day must not move. A decision that has such a moment keeps it; one that is no denial is
    left alone. What waits for a review is a patient's share, and never becomes a denial.
    """
    stays = exists().where(
        RemittanceLine.remittance_claim_id == RemittanceClaim.id,
        LineAdjustment.remittance_line_id == RemittanceLine.id,
        LineAdjustment.outcome == Outcome.STAYS.value,
        LineAdjustment.group_code != PATIENT_GROUP,
    )
    session.execute(
        update(RemittanceClaim)
        .where(RemittanceClaim.id.in_(row_ids), RemittanceClaim.denied_at.is_(None), stays)
        .values(denied_at=now)
    )
