"""What is kept of an agency, as the rules read it."""

from __future__ import annotations

from billing.placement import Agency, Term
from portal.models.placements import AgencyRow


def agency_facts(row: AgencyRow) -> Agency:
    """The contract and the licences of a row, for `billing.placement.lacks`."""
    return Agency(
        name=row.name,
        contract_ref=row.contract_ref,
        baa_ref=row.baa_ref,
        terms=frozenset(Term(one) for one in row.terms),
        states=frozenset(row.states),
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        dispute_address=tuple(row.dispute_address),
        phone=row.phone,
    )
