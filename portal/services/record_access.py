"""Write who saw or changed whose data (HIPAA-3)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, insert, select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.queries.viewer import (
    ApplicantViewer,
    GuestViewer,
    PatientViewer,
    PayerViewer,
    StaffViewer,
)

Actor = PatientViewer | GuestViewer | PayerViewer | ApplicantViewer | StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One view, search, change or refused try."""

    face: str
    login_id: int | None
    action: str
    object_type: str
    role: str = ""
    object_id: str = ""
    account_ids: tuple[int, ...] = ()
    patient_ids: tuple[int, ...] = ()
    outcome: str = "ok"
    reason: str = ""
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    acting_for: int | None = None  # the grant under which a proxy acts
    row_count: int | None = None  # of a download


_FOR_PATIENTS = bindparam("for_patients", type_=ARRAY(BigInteger))
_FIELDS = tuple(field.name for field in fields(Access))
_INSERT = insert(AuditEvent.__table__)  # type: ignore[arg-type]  # a Table, which the stubs call FromClause
_INSERT_FOR_PATIENTS = _INSERT.values(
    account_ids=func.array(
        select(Patient.guarantor_account_id)
        .where(Patient.id == any_(_FOR_PATIENTS))
        .distinct()
        .scalar_subquery()
    )
)


def record_access(access: Access, *, now: datetime, by_patients: bool = False) -> None:
    """Write the row in a transaction of its own: for pages, after they were shown.

    `by_patients`: a look at patients is one at their accounts too, whose trail and alerts are read by account.
    """
    values: dict[str, Any] = _values(access, now)
    statement = _INSERT  # no unit of work: each page writes one row
    if by_patients:
        del values["account_ids"]
        statement, values["for_patients"] = _INSERT_FOR_PATIENTS, values["patient_ids"]
    with transaction() as session:
        session.execute(statement, values)


def add_access(session: Session, access: Access, *, now: datetime) -> None:
    """Write the row with the work it tells of: for everything that moves money or rights."""
    session.add(AuditEvent(**_values(access, now)))


def add_staff_act(
    session: Session,
    staff: StaffViewer | None,
    *,
    action: str,
    object_type: str,
    object_id: str | int | UUID = "",
    account_ids: tuple[int, ...] = (),
    patient_ids: tuple[int, ...] = (),
    reason: str = "",
    row_count: int | None = None,
    now: datetime,
) -> None:
    """Write, with the work it tells of, what a member of staff did, or what the machine did in their place."""
    access = Access(
        face="staff",
        login_id=staff.login_id if staff else None,
        role=staff.role if staff else "",
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        account_ids=account_ids,
        patient_ids=patient_ids,
        reason=reason,
        row_count=row_count,
    )
    add_access(session, access, now=now)


def _values(access: Access, now: datetime) -> dict[str, Any]:
    values = {name: getattr(access, name) for name in _FIELDS}
    values["account_ids"] = list(access.account_ids)
    values["patient_ids"] = list(access.patient_ids)
    return values | {"at": now}


def guest_role(text_link_id: int) -> str:
    """The actor of an audit row that no sign-in stands behind (HIPAA-3)."""
    return f"text_link_{text_link_id}"


def pay_role(pay_link_id: int) -> str:
    """The same for somebody who only pays, by a statement's code or a link (PLAN-19)."""
    return f"pay_link_{pay_link_id}"


def applicant_role(guest_id: UUID) -> str:
    """The same for somebody who opened an application by its code (FA-6)."""
    return f"guest_application_{guest_id}"


def role_of(viewer: Actor) -> str:
    """What the actor acted as: nobody's sign-in stands behind a guest, but its link does."""
    match viewer:
        case StaffViewer():
            return viewer.role
        case GuestViewer():
            return guest_role(viewer.text_link_id)
        case PayerViewer():
            return pay_role(viewer.pay_link_id)
        case ApplicantViewer():
            return applicant_role(viewer.guest_id)
    return ""
