"""Invite a member of staff: nobody signs up by themselves (ID-13)."""

from __future__ import annotations

from datetime import datetime

from portal.db import transaction
from portal.services.add_staff import Invitation, NewStaff, StaffRefused, add_staff

__all__ = ["Invitation", "StaffRefused", "create_staff"]


def create_staff(
    *, email: str, role: str, now: datetime, name: str = "", location: str = ""
) -> Invitation:
    """Make the sign-in without a password, and the link by which its owner sets one.

    For the command line, which prints the link. Raises StaffRefused.
    """
    person = NewStaff(email=email, role=role, name=name, location=location)
    with transaction() as session:
        return add_staff(session, person, by=None, now=now)
