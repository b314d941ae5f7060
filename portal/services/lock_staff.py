"""Hold a colleague's sign-in still while its rights change."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.queries.viewer import StaffViewer
from portal.services.add_staff import StaffRefused
from portal.services.refusal import NotFound


def lock_staff(session: Session, login_id: int, *, by: StaffViewer) -> Login:
    """The locked row; a patient's sign-in is not found, one's own is refused: two people, always."""
    login = session.scalar(
        select(Login).where(Login.id == login_id, Login.face == "staff").with_for_update()
    )
    if login is None:
        raise NotFound
    if login.id == by.login_id:
        raise StaffRefused("Nobody changes their own rights. Ask another administrator.")
    return login
