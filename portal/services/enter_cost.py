"""Enter what billing and collecting cost in a month, which no other system tells us (KPI-11)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing.money import Money
from portal.db import transaction
from portal.models.reports import ReportCost
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CostRefused(Refusal):
    """The month is not over, or the amount is below zero."""

    title = "Not entered"


def enter_cost(
    *,
    form_id: UUID,
    month: date,
    amount: Money,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Keep the amount for the month, beside what was entered for it before; the newest counts.

    Whether it was new: the same form enters it once. Raises CostRefused for a month that is still to come.
    """
    first = month.replace(day=1)
    if first > on or amount.cents < 0:
        raise CostRefused("Enter an amount for this month or one before it.")
    with transaction() as session:
        if session.scalar(select(ReportCost.id).where(ReportCost.form_id == form_id)) is not None:
            return False
        session.add(
            ReportCost(
                form_id=form_id,
                month=first,
                amount=amount,
                note=note,
                login_id=staff.login_id,
                at=now,
            )
        )
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="report_cost",
            object_id=f"{first:%Y-%m}",
            now=now,
        )
    return True
