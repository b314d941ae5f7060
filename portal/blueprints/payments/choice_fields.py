"""A choice in the hidden fields of a form, and read back out of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from billing.money import ZERO, Money
from billing.payment_choice import Choice, Scope

LARGEST_ID = 2**31 - 1  # what a column of the database holds


def fill_choice(form: Any, choice: Choice) -> None:
    """Write it into `scope`, `visit`, `charges`, `cents` and `part`."""
    form.scope.data, form.visit.data = choice.scope.value, str(choice.visit_id or "")
    form.charges.data = ",".join(str(one) for one in choice.charge_ids)
    if "appointment" in form:
        form.appointment.data = str(choice.appointment_id or "")
    form.cents.data = str((choice.amount or ZERO).cents)
    form.part.data = str(choice.part.cents) if choice.part else ""


def read_choice(form: Any) -> Choice:
    """Read all but the part; ValueError for what no page of ours wrote."""
    visit = int(form.visit.data) if form.visit.data else None
    charges = {int(one) for one in (form.charges.data or "").split(",") if one}
    if any(not 0 < one <= LARGEST_ID for one in (*charges, visit or 1)):
        raise ValueError("no id")
    amount = Money(int(form.cents.data or ""))
    before = form.appointment.data if "appointment" in form else ""
    return Choice(
        Scope(form.scope.data or ""),
        visit,
        amount,
        tuple(sorted(charges)),
        appointment_id=UUID(before) if before else None,
    )
