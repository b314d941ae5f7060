"""The applicant says that all we asked for is sent (FA-9, COLL-8)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.assistance import AssistanceApplication, AssistanceDocument
from portal.models.assistance_decisions import AssistanceRequest
from portal.queries.viewer import PatientViewer
from portal.services.move_application import note_event, put_state
from portal.services.own_application import CannotApply, own_application, tell_own_change


def answer_request(*, viewer: PatientViewer, application_id: UUID, on: date, now: datetime) -> bool:
    """What we asked for is here: the days to decide run, and it waits for a person. False when nothing was asked.

    Raises NotFound; CannotApply where no paper came since we asked.
    """
    with transaction() as session:
        row = own_application(session, viewer, application_id)
        answered = put_answered(session, row, login_id=viewer.login_id, on=on, now=now)
        if answered:
            tell_own_change(session, row, viewer, action="update", reason="answered", now=now)
    return answered


def put_answered(
    session: Session, row: AssistanceApplication, *, login_id: int | None, on: date, now: datetime
) -> bool:
    """The same of an application that the caller holds, whoever sent the papers."""
    if row.state != "asked":
        return False
    asked_at = session.scalar(
        select(AssistanceRequest.at)
        .where(AssistanceRequest.application_id == row.id)
        .order_by(AssistanceRequest.id.desc())
        .limit(1)
    )
    sent = session.scalar(
        select(AssistanceDocument.id)
        .where(
            AssistanceDocument.application_id == row.id,
            AssistanceDocument.added_at > asked_at,
        )
        .limit(1)
    )
    if sent is None:
        raise CannotApply("Send a paper first. If you do not have it, call us: we find a way.")
    row.complete_on = on
    put_state(row, "complete", now=now)
    note_event(session, row, "answered", on=on, now=now, login_id=login_id)
    return True
