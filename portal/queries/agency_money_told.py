"""What a patient is told of money that they gave to an agency: to whom, how much, and whether it has reached us (COLL-21)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from billing.agency_returns import Return
from billing.money import Money
from portal.models.placements import AgencyRemittance, AgencyReturn, AgencyRow, Placement
from portal.queries.statement_print import day


def told_by_agencies(session: Session, visit_id: int) -> dict[Any, str]:
    """By ledger entry, for each payment of the bill and each that a bank took back. One query."""
    first = aliased(AgencyReturn)  # the payment that was taken back
    rows = session.execute(
        select(
            AgencyReturn.entry_id,
            AgencyReturn.kind,
            AgencyReturn.amount,
            AgencyRow.name,
            AgencyRemittance.received_on,
            first.happened_on,
        )
        .join(Placement, Placement.id == AgencyReturn.placement_id)
        .join(AgencyRow, AgencyRow.id == AgencyReturn.agency_id)
        .outerjoin(AgencyRemittance, AgencyRemittance.id == AgencyReturn.remittance_id)
        .outerjoin(
            first,
            and_(
                first.agency_id == AgencyReturn.agency_id,
                first.ref == AgencyReturn.told["of"].astext,
                first.kind == Return.PAYMENT.value,
            ),
        )
        .where(Placement.visit_id == visit_id, AgencyReturn.entry_id.is_not(None))
    )
    return {
        entry_id: back_sentence(amount, agency, paid_on)
        if kind == Return.PAYMENT_BACK
        else paid_sentence(amount, agency, received_on)
        for entry_id, kind, amount, agency, received_on, paid_on in rows
    }


def paid_sentence(amount: Money, agency: str, received_on: date | None) -> str:
    """Whether the agency passed it on is its business with us: the payment counts from its own day."""
    if received_on is None:
        return f"You paid {amount} to {agency}. They have not passed it on to us yet. It counts all the same."
    return f"You paid {amount} to {agency}. They passed it on to us on {day(received_on)}."


def back_sentence(amount: Money, agency: str, paid_on: date | None) -> str:
    """Of which payment, where its row is known."""
    if paid_on is None:
        return f"You had paid {amount} to {agency}. Your bank took the money back, so it no longer counts."
    return f"You had paid {amount} to {agency} on {day(paid_on)}. Your bank took the money back, so it no longer counts."
