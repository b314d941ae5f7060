"""End the denials of a patient share that a person decided on: billed with its document, or taken off (STMT-24)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.carc import PATIENT_GROUP
from billing.denial_states import DenialEvent
from portal.models.denials import Denial
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import move_denial


def end_reviewed(
    session: Session,
    remittance_claim_id: int,
    *,
    bill_patient: bool,
    staff: StaffViewer,
    note: str,
    now: datetime,
) -> None:
    """In the transaction of the review: every open denial in group PR of this decision ends with it."""
    rows = session.scalars(
        select(Denial)
        .where(
            Denial.remittance_claim_id == remittance_claim_id,
            Denial.group_code == PATIENT_GROUP,
            Denial.closed_at.is_(None),
        )
        .order_by(Denial.id)
        .with_for_update()
    ).all()
    event = DenialEvent.BILLED if bill_patient else DenialEvent.TAKEN_OFF
    for denial in rows:
        move_denial(session, denial, event, now=now, staff=staff, note=note, amount=denial.amount)
