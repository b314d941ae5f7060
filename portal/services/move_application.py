"""Move an application from state to state, with its event (FA-9); whoever calls holds its accounts first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.assistance import AssistanceApplication, AssistanceCovered, AssistanceEvent
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_accounts
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def held_application(session: Session, application_id: UUID) -> AssistanceApplication:
    """The application with the accounts that it asks for, in the order of locks. Raises NotFound."""
    accounts = session.scalars(
        select(AssistanceCovered.guarantor_account_id).where(
            AssistanceCovered.application_id == application_id
        )
    ).all()
    lock_accounts(session, set(accounts))
    found = session.get(AssistanceApplication, application_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def put_state(application: AssistanceApplication, state: str, *, now: datetime) -> None:
    """The new state from this moment on."""
    application.state, application.state_at = state, now


def note_event(
    session: Session,
    application: AssistanceApplication,
    kind: str,
    *,
    on: date,
    now: datetime,
    login_id: int | None = None,
    **detail: Any,
) -> None:
    """One line of its timeline."""
    session.add(
        AssistanceEvent(
            application_id=application.id,
            kind=kind,
            on=on,
            at=now,
            login_id=login_id,
            detail=detail,
        )
    )
    session.flush()


def tell_audit(
    session: Session,
    application: AssistanceApplication,
    staff: StaffViewer | None,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    """Who changed it, in the transaction that changes it (HIPAA-3)."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="assistance_application",
        object_id=application.id,
        account_ids=(application.guarantor_account_id,),
        reason=reason,
        now=now,
    )
