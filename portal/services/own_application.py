"""One's own application for assistance, held with its accounts; another's is not found (FA-6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.assistance import AssistanceApplication
from portal.queries.own_assistance import is_own, is_seen
from portal.queries.viewer import PatientViewer
from portal.services.move_application import held_application
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound, Refusal


class AlreadySent(Refusal):
    """It is with the office, or was answered or taken back."""

    title = "This was sent already"


class CannotApply(Refusal):
    """What was asked does not fit; the message says what to do."""

    title = "We could not save this"


SENT = "Our office has your application. To change something, call us or send a paper."


def own_application(
    session: Session, viewer: PatientViewer, application_id: UUID, *, draft: bool = False
) -> AssistanceApplication:
    """The row this sign-in began, locked. Raises NotFound; AlreadySent where it must be a `draft` and is not."""
    return _held(session, application_id, is_own(viewer), draft=draft)


def seen_application(
    session: Session, viewer: PatientViewer, application_id: UUID
) -> AssistanceApplication:
    """A sent one of an account that the viewer may see, whoever began it, locked. Raises NotFound."""
    return _held(session, application_id, is_seen(viewer), draft=False)


def _held(
    session: Session, application_id: UUID, whose: object, *, draft: bool
) -> AssistanceApplication:
    found = select(AssistanceApplication.id).where(
        AssistanceApplication.id == application_id,
        whose,  # type: ignore[arg-type]  # a condition of one of the two kinds above
    )
    if session.scalar(found) is None:
        raise NotFound
    row = held_application(session, application_id)
    if draft and row.state != "draft":
        raise AlreadySent(SENT)
    return row


def tell_own_change(
    session: Session,
    row: AssistanceApplication,
    viewer: PatientViewer,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    """Who changed it, in the transaction that changes it (HIPAA-3)."""
    access = Access(
        face="patient",
        login_id=viewer.login_id,
        action=action,
        object_type="assistance_application",
        object_id=str(row.id),
        account_ids=(row.guarantor_account_id,),
        reason=reason,
        acting_for=viewer.grant_id,
    )
    add_access(session, access, now=now)
