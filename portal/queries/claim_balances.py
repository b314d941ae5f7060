"""One row for each bill as `balances --json` tells it, from the one balance function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.db import read_only
from portal.queries.balances import VisitBalance, balances


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimBalance:
    """A visit's balance under the control number its claims carry."""

    visit: VisitBalance

    def to_json(self) -> dict[str, Any]:
        """The contract of `balances --json`."""
        one = self.visit
        return {
            "patient_control_number": one.control_number,
            "guarantor_account": one.account_number,
            "billed_cents": one.billed.cents,
            "plan_paid_cents": one.plan_paid.cents,
            "plan_discount_cents": one.plan_discount.cents,
            "written_off_cents": one.written_off.cents,
            "insurance_due_cents": one.insurance_due.cents,
            "patient_due_cents": one.patient_due.cents,
            "patient_paid_cents": one.patient_paid.cents,
            "held": list(one.reasons),
        }

    def line(self) -> str:
        """The same for a person to read."""
        one = self.visit
        held = f", held: {'; '.join(one.reasons)}" if one.held else ""
        return (
            f"{one.account_number} {one.control_number}: billed {one.billed},"
            f" with insurers {one.insurance_due}, patient owes {one.patient_due}{held}"
        )


def claim_balances(*, on: date) -> list[ClaimBalance]:
    """Every bill of the practice, by account and day of service."""
    with read_only() as session:
        found = balances(session, on=on)
    return [ClaimBalance(visit=visit) for account in found for visit in account.visits]
