"""One step of a check-in done, by the person, at a tablet or at the desk; done again, what stood there is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import Step, may_check_in
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import RecordVersion
from portal.models.appointments import Appointment
from portal.models.check_in import CheckInStep
from portal.queries.booking_policy import booking_policy
from portal.queries.check_in_page import AtKiosk, Who, find_visit
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound, Refusal


class CheckInClosed(Refusal):
    """Too early, or the visit is over."""

    title = "Check-in is not open now"


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does it, and where from."""

    who: Who
    ip: str = ""
    user_agent: str = ""

    @property
    def via(self) -> str:
        if isinstance(self.who, AtKiosk):
            return "kiosk"
        return "desk" if isinstance(self.who, StaffViewer) else "portal"

    @property
    def login_id(self) -> int | None:
        return None if isinstance(self.who, AtKiosk) else self.who.login_id


def do_check_in(
    *, appointment_id: UUID, step: Step, detail: dict[str, Any], by: By, now: datetime
) -> None:
    """Write the step down. Raises CheckInClosed or NotFound, and CardNumberRefused for a note with one."""
    for value in detail.values():
        if isinstance(value, str):
            check_free_text(value)
    with transaction() as session:
        visit = open_visit(session, appointment_id, by, now)
        row = session.scalars(
            select(CheckInStep).where(
                CheckInStep.appointment_id == appointment_id, CheckInStep.step == step.value
            )
        ).one_or_none()
        if row is None:
            row = CheckInStep(appointment_id=appointment_id, step=step.value)
            session.add(row)
        else:
            _keep_before(session, row, by, now)
        row.via, row.login_id, row.detail, row.done_at = by.via, by.login_id, detail, now
        tell(
            session,
            visit.patient_id,
            by=by,
            kind="check_in",
            object_id=str(appointment_id),
            action="update",
            now=now,
        )


def open_visit(session: Session, appointment_id: UUID, by: By, now: datetime) -> Appointment:
    """The visit, locked, if its check-in is open to whoever asks."""
    visit = find_visit(session, by.who, appointment_id)
    if visit is None:
        raise NotFound
    row = session.get_one(Appointment, appointment_id, with_for_update=True)
    days = booking_policy(session).check_in_days
    ahead = 3650 if isinstance(by.who, StaffViewer) else days  # the desk does it whenever they call
    today = now.astimezone(ZoneInfo(visit.zone)).date()
    if not may_check_in(state=row.state, starts_on=row.starts_on, today=today, days=ahead):
        raise CheckInClosed(
            "Check-in opens a few days before the visit and ends with it. Nothing was changed."
        )
    return row


def _keep_before(session: Session, row: CheckInStep, by: By, now: datetime) -> None:
    session.add(
        RecordVersion(
            record="check_in_steps",
            record_id=row.id,
            before={"detail": row.detail, "via": row.via, "done_at": row.done_at.isoformat()},
            source=f"{by.via}:{by.login_id or ''}",
            at=now,
        )
    )


def tell(
    session: Session,
    patient_id: int | None,
    *,
    by: By,
    kind: str,
    object_id: str,
    action: str,
    now: datetime,
) -> None:
    """The audit row, in the same transaction."""
    staff = by.who if isinstance(by.who, StaffViewer) else None
    access = Access(
        face="staff" if staff else "patient",
        login_id=by.login_id,
        role=staff.role
        if staff
        else (f"kiosk_{by.who.kiosk_id}" if isinstance(by.who, AtKiosk) else ""),
        action=action,
        object_type=kind,
        object_id=object_id,
        patient_ids=() if patient_id is None else (patient_id,),
        ip=by.ip,
        user_agent=by.user_agent,
        acting_for=by.who.grant_id if isinstance(by.who, PatientViewer) else None,
    )
    add_access(session, access, now=now)
