"""Write the row of an invited member of staff, and the one-time link to it (ID-13)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal
from portal.services.start_session import session_hash


class StaffRefused(Refusal):
    """No such role, the address has a sign-in already, or it is the asker's own right."""

    title = "This was not changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Whom to invite, as what, and where they work."""

    email: str
    role: str
    location: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one-time link, below the staff's address."""

    login_id: int
    path: str


def add_staff(
    session: Session, person: NewStaff, *, by: StaffViewer | None, now: datetime
) -> Invitation:
    """Make the sign-in without a password; `by` is None at the command line.

    Raises StaffRefused when there is no such role or the address has a staff sign-in.
    """
    check_role(person.role)
    token = secrets.token_urlsafe(32)
    login_id = session.scalar(
        insert(Login)
        .values(
            face="staff",
            email=person.email.strip().lower(),
            name=person.name,
            role=person.role,
            location=person.location,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            totp_last_counter=0,
            invitation_hash=session_hash(token),
            invited_at=now,
        )
        .on_conflict_do_nothing(index_elements=["face", "email"])
        .returning(Login.id)
    )
    if login_id is None:
        raise StaffRefused(f"{person.email} has a staff sign-in already.")
    told = f"{person.role}, {person.location}" if person.location else person.role
    note_staff_change(session, login_id, "create", told, by=by, now=now)
    return Invitation(login_id, f"/invitation/{token}")


def renew_invitation(session: Session, login_id: int, *, now: datetime) -> Invitation:
    """A new link in place of any older one; what the old password and devices opened is shut."""
    token = secrets.token_urlsafe(32)
    session.execute(
        update(Login)
        .where(Login.id == login_id)
        .values(
            invitation_hash=session_hash(token),
            invited_at=now,
            password=None,
            fs_uniquifier=secrets.token_hex(32),
            tf_primary_method=None,
            tf_totp_secret=None,
            tf_phone_number=None,
        )
    )
    return Invitation(login_id, f"/invitation/{token}")


def check_role(role: str) -> None:
    """Raises StaffRefused for a role that the matrix does not know."""
    if role not in ROLES:
        raise StaffRefused(f"There is no role {role}. Roles: {', '.join(sorted(ROLES))}.")


def note_staff_change(
    session: Session,
    login_id: int,
    action: str,
    told: str,
    *,
    by: StaffViewer | None,
    now: datetime,
) -> None:
    """The audit row of a change of somebody's rights, with what it was and is (HIPAA-3)."""
    add_staff_act(
        session, by, action=action, object_type="login", object_id=login_id, reason=told, now=now
    )
