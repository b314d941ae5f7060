"""Change what a colleague may do and where, or shut them out (ID-13, HIPAA-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.db import transaction
from portal.models.identity import Login
from portal.queries.viewer import StaffViewer
from portal.services.add_staff import check_role, note_staff_change
from portal.services.end_sessions import close_sessions
from portal.services.lock_staff import lock_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """What the office knows of a colleague besides the sign-in."""

    name: str
    role: str
    location: str
    trained_on: date | None


def change_staff(login_id: int, facts: StaffFacts, *, by: StaffViewer, now: datetime) -> bool:
    """Write the facts, each with its old value into the audit trail; False when nothing is new.

    Another role signs the person out everywhere at once. Raises StaffRefused for one's own sign-in
    and for a role that there is not.
    """
    check_role(facts.role)
    with transaction() as session:
        login = lock_staff(session, login_id, by=by)
        changed = _changes(login, facts)
        if not changed:
            return False
        if login.role != facts.role:
            close_sessions(session, login_id=login_id, now=now)
        login.name, login.role = facts.name, facts.role
        login.location, login.trained_on = facts.location, facts.trained_on
        note_staff_change(session, login_id, "update", "; ".join(changed), by=by, now=now)
    return True


def switch_staff(login_id: int, *, on: bool, by: StaffViewer, now: datetime) -> bool:
    """Shut a colleague out, or let them in again; False when it was so before.

    Off ends every session and any open invitation in the same moment. Raises StaffRefused for one's own.
    """
    with transaction() as session:
        login = lock_staff(session, login_id, by=by)
        if login.active == on:
            return False
        login.active = on
        if not on:
            login.invitation_hash = None
            close_sessions(session, login_id=login_id, now=now)
        told = "switched on" if on else "switched off"
        note_staff_change(session, login_id, "update", told, by=by, now=now)
    return True


def _changes(login: Login, facts: StaffFacts) -> list[str]:
    fields = ("name", "role", "location", "trained_on")
    pairs = [(field, getattr(login, field), getattr(facts, field)) for field in fields]
    return [
        f"{field.replace('_', ' ')}: {old or 'none'} to {new or 'none'}"
        for field, old, new in pairs
        if old != new
    ]
