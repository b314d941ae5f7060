"""A second person says that the contract with an agency is as written down; from then on bills may go there (COLL-11, OPS-13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update

from billing.duties import Duty, same_person
from billing.placement import lacks
from portal.db import transaction
from portal.models.placements import AgencyRow, AgencyVersion
from portal.queries.agency_facts import agency_facts
from portal.queries.viewer import StaffViewer
from portal.services.add_agency import CannotKeepAgency, note_agency
from portal.services.refusal import NotFound


def approve_agency(
    *, staff: StaffViewer, agency_id: int, upon: int, on: date, now: datetime
) -> bool:
    """Approve the version that the page showed; false when it was approved before.

    A contract may be approved before its first day. Raises CannotKeepAgency where it lacks anything, it was changed
    meanwhile, or by whoever wrote it down; NotFound.
    """
    if not staff.may("agencies.approve"):
        raise CannotKeepAgency("Your role does not approve agencies. Ask a manager.")
    with transaction() as session:
        row = session.get(AgencyRow, agency_id, with_for_update=True)
        if row is None:
            raise NotFound
        if row.version != upon:
            raise CannotKeepAgency("Somebody changed this agency meanwhile. Read it again.")
        if row.approved_by_id is not None:
            return False
        if same_person(Duty.AGENCY, row.added_by_id, staff.login_id):
            raise CannotKeepAgency("You wrote this contract down. Another person approves it.")
        missing = lacks(agency_facts(row), on=max(on, row.begins_on))
        if missing:
            raise CannotKeepAgency(f"It still lacks {'; '.join(missing)}.")
        row.approved_by_id, row.approved_at = staff.login_id, now
        session.execute(
            update(AgencyVersion)
            .where(AgencyVersion.agency_id == row.id, AgencyVersion.version == row.version)
            .values(approved_by_id=staff.login_id, approved_at=now)
        )
        note_agency(session, row, staff, action="approve", reason="approved", now=now)
    return True
