"""Write down an agency and the contract with it; nothing may go there until a second person approved it (COLL-11, OPS-13)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.placement import Agency, Term
from billing.state_rows import STATE_RULES
from portal.db import transaction
from portal.models.placements import AgencyRow, AgencyVersion
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

STATES = frozenset(row.state for row in STATE_RULES)
ADDED = "Written down for the first time"


class CannotKeepAgency(Refusal):
    """Nothing was kept; the words say what is wrong."""

    title = "The agency was not changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDetails:
    """What is kept of an agency; `states` in postal letters, `ends_on` the contract's last day."""

    name: str
    contract_ref: str
    baa_ref: str
    terms: tuple[Term, ...]
    states: tuple[str, ...]
    begins_on: date
    ends_on: date | None
    dispute_address: tuple[str, ...]
    phone: str

    @property
    def agency(self) -> Agency:
        """As the rules read it."""
        return Agency(
            **asdict(self) | {"terms": frozenset(self.terms), "states": frozenset(self.states)}
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As the row keeps it."""
        return asdict(self) | {
            "terms": [term.value for term in Term if term in self.terms],
            "states": sorted(set(self.states)),
            "dispute_address": list(self.dispute_address),
        }


def add_agency(*, staff: StaffViewer, details: AgencyDetails, now: datetime) -> int:
    """The agency's id. What the contract lacks may be added later. Raises CannotKeepAgency, CardNumberRefused."""
    check_agency(staff, details)
    with transaction() as session:
        if session.scalar(select(AgencyRow.id).where(AgencyRow.name == details.name)) is not None:
            raise CannotKeepAgency("There is an agency of this name already.")
        row = AgencyRow(**details.columns, version=1, added_by_id=staff.login_id, added_at=now)
        session.add(row)
        session.flush()
        keep_version(session, row, details, staff=staff, reason=ADDED, now=now)
        note_agency(session, row, staff, action="create", reason=ADDED, now=now)
        return row.id


def check_agency(staff: StaffViewer, details: AgencyDetails) -> None:
    """Raises CannotKeepAgency where the role may not, or what is said makes no agency."""
    if not staff.may("agencies.edit"):
        raise CannotKeepAgency("Your role does not write down agencies.")
    for words in (details.name, details.contract_ref, details.baa_ref, *details.dispute_address):
        check_free_text(words)
    if not details.name:
        raise CannotKeepAgency("Enter the agency’s name.")
    unknown = sorted(set(details.states) - STATES)
    if unknown:
        raise CannotKeepAgency(f"These are no states: {', '.join(unknown)}.")
    if details.ends_on is not None and details.ends_on < details.begins_on:
        raise CannotKeepAgency("The contract ends before it begins.")


def keep_version(
    session: Session,
    row: AgencyRow,
    details: AgencyDetails,
    *,
    staff: StaffViewer,
    reason: str,
    now: datetime,
) -> None:
    """What the row says from now on, with the approval that still counts."""
    said = details.columns | {
        "begins_on": details.begins_on.isoformat(),
        "ends_on": details.ends_on.isoformat() if details.ends_on else None,
    }
    session.add(
        AgencyVersion(
            agency_id=row.id,
            version=row.version,
            said=said,
            reason=reason,
            made_by_id=staff.login_id,
            made_at=now,
            approved_by_id=row.approved_by_id,
            approved_at=row.approved_at,
        )
    )


def note_agency(
    session: Session,
    row: AgencyRow,
    staff: StaffViewer,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    """One row of the audit trail; no patient stands in it."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="agency",
        object_id=row.id,
        reason=f"version {row.version}: {reason}"[:300],
        now=now,
    )
