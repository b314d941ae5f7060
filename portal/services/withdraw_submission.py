"""Take back a coverage before the office has decided, or drop a draft."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from billing.transitions import SubmissionEvent
from portal.db import transaction
from portal.models.insurance import InsuranceSubmission
from portal.queries.viewer import PatientViewer
from portal.services.hold_for_insurance import WITHDRAWN, release_for_insurance
from portal.services.own_submission import TooLate, move, own_submission


def withdraw_submission(*, viewer: PatientViewer, submission_id: int, now: datetime) -> None:
    """Nothing waits for the office any more; a bill that was on hold for it is due again.

    Its pictures go 30 days later. Raises NotFound, TooLate once it is accepted.
    """
    with transaction() as session:
        row = own_submission(session, viewer, submission_id)
        if not withdraw(session, row, now=now) and row.decided_at is None:
            raise TooLate("Our office has decided about it already.")


def withdraw(session: Session, row: InsuranceSubmission, *, now: datetime) -> bool:
    """The same for a locked row; False where it is over already."""
    if not move(row, SubmissionEvent.WITHDRAW):
        return False
    row.decided_at = now
    if row.visit_id is not None:
        release_for_insurance(session, row, outcome=WITHDRAWN, by_id=None, now=now)
    return True
