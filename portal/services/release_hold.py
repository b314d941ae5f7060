"""Let go of a time that was kept and is not wanted any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from portal.db import transaction
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import expire, locked


def release_hold(*, appointment_id: UUID, now: datetime) -> None:
    """Its time is anybody's at once; of what is no hold, nothing changes. Raises NotFound."""
    with transaction() as session:
        row = locked(session, appointment_id)
        if row.state == "held":
            actor = Actor(None, "portal")
            expire(session, [row], actor=actor, now=now)
            after_appointment(session, appointment=row, kind="expired", actor=actor, now=now)
