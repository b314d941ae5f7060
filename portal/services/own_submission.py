"""One's own submission, locked; another's is not found, nor one about a patient whom one may not see any more."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import SUBMISSION, Refused, SubmissionEvent, SubmissionState, next_state
from portal.models.insurance import InsuranceSubmission
from portal.queries.own_submissions import is_own
from portal.queries.viewer import PatientViewer
from portal.services.refusal import NotFound, Refusal


class TooLate(Refusal):
    """It is with the office, or decided, or was taken back."""

    title = "This was sent already"


EDITABLE = {SubmissionState.DRAFT.value, SubmissionState.SENT_BACK.value}


def own_submission(
    session: Session, viewer: PatientViewer, submission_id: int, *, editable: bool = False
) -> InsuranceSubmission:
    """The row, locked until the transaction ends. Raises NotFound; TooLate where it must be `editable` and is not."""
    row = session.scalar(
        select(InsuranceSubmission)
        .where(InsuranceSubmission.id == submission_id, is_own(viewer))
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if editable and row.state not in EDITABLE:
        raise TooLate("Our office has it. You can take it back, or send another one.")
    return row


def move(row: InsuranceSubmission, event: SubmissionEvent) -> bool:
    """Follow the state table; False when the event has no place in the row's state."""
    following = next_state(SUBMISSION, SubmissionState(row.state), event)
    if isinstance(following, Refused):
        return False
    row.state = following.value
    return True
