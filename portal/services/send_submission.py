"""Send a coverage to the office to be checked."""

from __future__ import annotations

from datetime import datetime

from billing.coverages import SELF, Change
from billing.transitions import SubmissionEvent
from portal.db import transaction
from portal.models.insurance import InsuranceSubmission
from portal.queries.viewer import PatientViewer
from portal.services.hold_for_insurance import hold_for_insurance
from portal.services.own_submission import move, own_submission
from portal.services.refusal import Refusal


class Incomplete(Refusal):
    """Something that the office cannot do without is missing."""

    title = "Something is missing"


def send_submission(*, viewer: PatientViewer, submission_id: int, now: datetime) -> bool:
    """Put it into the office's queue; False when it is there already.

    One that was sent back holds its bill again. Raises NotFound, Incomplete.
    """
    with transaction() as session:
        row = own_submission(session, viewer, submission_id)
        if missing := lacks(row):
            raise Incomplete(f"Please go back and tell us {missing}.")
        if not move(row, SubmissionEvent.SEND):
            return False
        row.sent_at, row.decided_at, row.decided_by_id, row.reason = now, None, None, ""
        if row.visit_id is not None:
            hold_for_insurance(session, row, now=now)
    return True


def lacks(row: InsuranceSubmission) -> str:
    """What is missing, in words; empty when it may be sent."""
    if row.kind == Change.END.value:
        return "" if row.ends_on else "the last day of this plan"
    if not (row.payer_id or row.payer_text):
        return "the name of the insurance company"
    if not row.member_id:
        return "the member number"
    if row.relationship != SELF and not (row.subscriber_last_name and row.subscriber_birth_on):
        return "whose plan it is"
    return ""
