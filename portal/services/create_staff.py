"""Invite a member of staff: nobody signs up by themselves (ID-13)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from portal.db import transaction
from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.services.record_access import Access, add_access
from portal.services.refusal import Refusal
from portal.services.start_session import session_hash

INVITATION_LIFE = timedelta(days=7)


class StaffRefused(Refusal):
    """No such role, or the address has a sign-in already."""

    title = "This person was not invited"


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one-time link, below the staff's address."""

    login_id: int
    path: str


def create_staff(*, email: str, role: str, now: datetime, name: str = "") -> Invitation:
    """Make the sign-in without a password, and the link by which its owner sets one."""
    if role not in ROLES:
        raise StaffRefused(f"There is no role {role}. Roles: {', '.join(sorted(ROLES))}.")
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        login_id = session.scalar(
            insert(Login)
            .values(
                face="staff",
                email=email.strip().lower(),
                name=name,
                role=role,
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
            raise StaffRefused(f"{email} has a staff sign-in already.")
        access = Access(
            face="staff",
            login_id=None,
            action="create",
            object_type="login",
            object_id=str(login_id),
            reason=role,
        )
        add_access(session, access, now=now)
    return Invitation(login_id, f"/invitation/{token}")
