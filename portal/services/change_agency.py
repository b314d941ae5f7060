"""Change what is kept of an agency: a new version each time; what binds has to be approved anew (COLL-11, OPS-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from billing.placement import binds
from portal.db import transaction
from portal.models.placements import AgencyRow
from portal.queries.agency_facts import agency_facts
from portal.queries.viewer import StaffViewer
from portal.services.add_agency import (
    AgencyDetails,
    CannotKeepAgency,
    check_agency,
    keep_version,
    note_agency,
)
from portal.services.refusal import NotFound


def change_agency(
    *,
    staff: StaffViewer,
    agency_id: int,
    upon: int,
    details: AgencyDetails,
    reason: str,
    now: datetime,
) -> bool:
    """Whether the approval still counts. `upon` is the version that the page showed.

    Bills that the agency has stay there: their orders go on. Raises CannotKeepAgency, CardNumberRefused, NotFound.
    """
    check_agency(staff, details)
    reason = check_free_text(reason).strip()
    if not reason:
        raise CannotKeepAgency("Say why it changes.")
    with transaction() as session:
        row = session.get(AgencyRow, agency_id, with_for_update=True)
        if row is None:
            raise NotFound
        before, now_said = agency_facts(row), details.agency
        if before == now_said:
            raise CannotKeepAgency("Nothing would change.")
        if row.version != upon:
            raise CannotKeepAgency("Somebody changed this agency before you. Look at it again.")
        namesake = select(AgencyRow.id).where(
            AgencyRow.name == details.name, AgencyRow.id != row.id
        )
        if session.scalar(namesake) is not None:
            raise CannotKeepAgency("There is another agency of this name.")
        for name, value in details.columns.items():
            setattr(row, name, value)
        row.version += 1
        if binds(before, now_said):
            row.approved_by_id = row.approved_at = None
            row.added_by_id, row.added_at = staff.login_id, now
        keep_version(session, row, details, staff=staff, reason=reason, now=now)
        note_agency(session, row, staff, action="update", reason=reason, now=now)
        return row.approved_by_id is not None
