"""What is open on each line of one bill, by the one balance function."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from billing.ledger import Party
from billing.money import ZERO
from billing.placement import Lost
from portal.queries.balances import balances


def open_lines(session: Session, visit_id: int, *, on: date) -> tuple[Lost, ...]:
    """The lines that owe something, in their order."""
    return tuple(
        Lost(
            Party(
                guarantor_account_id=visit.guarantor_account_id,
                visit_id=visit.visit_id,
                charge_id=charge.charge_id,
            ),
            charge.patient_due,
        )
        for account in balances(session, on=on, visit_ids=[visit_id])
        for visit in account.visits
        for charge in visit.charges
        if charge.patient_due > ZERO
    )
