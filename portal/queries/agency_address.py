"""An address, phone or e-mail that an agency found, beside what we have (COLL-18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from billing.agency_returns import Return
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.placements import AgencyReturn, AgencyRow, Placement
from portal.models.work import WorkItem

# Column of the file, and of the account; the words above them.
FIELDS = (
    ("line_1", "street", "Street"),
    ("line_2", "street2", "Second line"),
    ("city", "city", "City"),
    ("state", "state", "State"),
    ("zip", "postal_code", "ZIP code"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One part: what we have, and what the agency says."""

    label: str
    ours: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.ours.casefold() != self.theirs.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage:
    """What was found, and whether somebody decided about it."""

    id: int
    agency_id: int
    agency: str
    account_id: int
    account_name: str
    account_number: str
    placement: str
    happened_on: date
    address: tuple[Beside, ...]  # empty where the row tells no address
    phone: str  # as the agency says; ours is shown where reach says which may be used
    email: str
    outcome: str  # empty while it waits


def found_address(told: Mapping[str, str]) -> dict[str, str]:
    """The address of a row in the account's words; empty where it names none."""
    named = {ours: told.get(theirs, "") for theirs, ours, _ in FIELDS}
    return named if named["street"] and named["city"] else {}


def work_key(return_id: int) -> str:
    """Of the item that waits for a person's word."""
    return f"agency_address:{return_id}"


def address_page(agency_id: int, return_id: int) -> AddressPage | None:
    """One row of kind address; None where the agency told none such."""
    with read_only() as session:
        found = session.execute(
            select(AgencyReturn, AgencyRow.name, Placement.number, GuarantorAccount)
            .join(AgencyRow, AgencyRow.id == AgencyReturn.agency_id)
            .join(Placement, Placement.id == AgencyReturn.placement_id)
            .join(GuarantorAccount, GuarantorAccount.id == Placement.guarantor_account_id)
            .where(
                AgencyReturn.id == return_id,
                AgencyReturn.agency_id == agency_id,
                AgencyReturn.kind == Return.ADDRESS.value,
            )
        ).one_or_none()
        if found is None:
            return None
        row, agency, number, account = found
        outcome = session.scalar(
            select(WorkItem.outcome).where(WorkItem.dedupe_key == work_key(return_id))
        )
        told, address = row.told, found_address(row.told)
        return AddressPage(
            id=row.id,
            agency_id=agency_id,
            agency=agency,
            account_id=account.id,
            account_name=account.display_name,
            account_number=account.number,
            placement=number,
            happened_on=row.happened_on,
            address=tuple(
                Beside(label=label, ours=getattr(account, ours) or "", theirs=address[ours])
                for _, ours, label in FIELDS
                if address
            ),
            phone=told.get("phone", ""),
            email=told.get("email", ""),
            outcome=outcome or "",
        )
