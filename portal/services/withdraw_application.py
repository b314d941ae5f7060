"""The applicant takes an application back (FA-9): bills go on as before."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from portal.db import transaction
from portal.models.assistance import PENDING
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.viewer import PatientViewer
from portal.services.move_application import note_event, put_state
from portal.services.own_application import CannotApply, own_application, tell_own_change


def withdraw_application(
    *, viewer: PatientViewer, application_id: UUID, on: date, now: datetime
) -> bool:
    """From here on bills go on as before. False when it was not open any more. Raises NotFound, CannotApply."""
    with transaction() as session:
        row = own_application(session, viewer, application_id)
        if row.state not in PENDING:
            return False
        waiting = session.scalar(
            select(AssistanceDecision.id).where(
                AssistanceDecision.application_id == application_id,
                AssistanceDecision.state == "waiting",
            )
        )
        if waiting is not None:
            raise CannotApply("We are about to answer it. Please call us to stop it.")
        put_state(row, "withdrawn", now=now)
        note_event(session, row, "withdrawn", on=on, now=now, login_id=viewer.login_id)
        tell_own_change(session, row, viewer, action="update", reason="withdrawn", now=now)
    return True
