"""Invite somebody to the office's side, or invite them anew, by e-mail (ID-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.identity import Passkey, RecoveryCode
from portal.queries.viewer import StaffViewer
from portal.services import letters
from portal.services.add_staff import (
    Invitation,
    NewStaff,
    StaffRefused,
    add_staff,
    note_staff_change,
    renew_invitation,
)
from portal.services.end_sessions import close_sessions
from portal.services.lock_staff import lock_staff
from portal.services.queue_letter import queue_letter


def invite_staff(person: NewStaff, *, by: StaffViewer, staff_url: str, now: datetime) -> None:
    """Make the sign-in and mail its owner the link; the link is in no page and no log.

    Raises StaffRefused when there is no such role or the address has a staff sign-in.
    """
    with transaction() as session:
        invitation = add_staff(session, person, by=by, now=now)
        _mail(session, person.email, invitation, staff_url=staff_url, now=now)


def invite_again(login_id: int, *, by: StaffViewer, staff_url: str, now: datetime) -> None:
    """For a lost link, or a lost phone: password, second step and passkeys are set up anew (ID-11).

    Whoever presses it has made sure who asks. Raises StaffRefused for one's own sign-in and for one
    that is switched off.
    """
    with transaction() as session:
        login = lock_staff(session, login_id, by=by)
        if not login.active:
            raise StaffRefused("Switch this sign-in on first.")
        for table in (Passkey, RecoveryCode):
            session.execute(delete(table).where(table.login_id == login_id))
        close_sessions(session, login_id=login_id, now=now)
        invitation = renew_invitation(session, login_id, now=now)
        note_staff_change(session, login_id, "update", "invited again", by=by, now=now)
        _mail(session, login.email, invitation, staff_url=staff_url, now=now)


def _mail(
    session: Session, to: str, invitation: Invitation, *, staff_url: str, now: datetime
) -> None:
    letter = letters.staff_invitation(link=f"{staff_url}{invitation.path}")
    head = letters.letterhead(session, public_url=staff_url)
    queue_letter(session, to=to.strip().lower(), letter=letters.signed(letter, head), now=now)
