"""Write down who handed a file to its agency, and when; once (COLL-8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from portal.db import transaction
from portal.models.placements import PlacementFile
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotHandOver(Refusal):
    """Nothing was written down."""

    title = "Nothing was written down"


def hand_over_file(*, staff: StaffViewer, file_id: UUID, now: datetime) -> bool:
    """False where somebody wrote it down before: their name stays. Raises CannotHandOver, NotFound."""
    if not staff.may("placements.files"):
        raise CannotHandOver("Your role does not hand files to agencies.")
    with transaction() as session:
        row = session.get(PlacementFile, file_id, with_for_update=True)
        if row is None:
            raise NotFound
        if row.handed_at is not None:
            return False
        row.handed_at, row.handed_by_id = now, staff.login_id
        add_staff_act(
            session,
            staff,
            action="hand_over",
            object_type="placement_file",
            object_id=row.id,
            reason=row.name,
            now=now,
        )
    return True
