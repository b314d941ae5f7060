"""Tell an agency something about a placed bill: the step is taken now, the words leave with the next file (COLL-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.business_days import business_days_after
from billing.money import Money
from billing.placement import WITH_AGENCY, Order, PlacementState, after
from portal.models.placements import Placement, PlacementOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Who gave an order, and why; `login_id` is None where a rule did."""

    rule_ids: Sequence[str]
    why: str
    login_id: int | None = None


def give_order(
    session: Session,
    placement: Placement,
    order: Order,
    by: Ordered,
    *,
    owed: Money,
    on: date,
    now: datetime,
) -> None:
    """Take the step and keep the order; the caller holds the account's lock. PLACE is no step: it begins one.

    The same order twice before a file is one row with the newest amount. Raises StepRefused.
    """
    if order is not Order.PLACE:  # which begins a placement
        placement.state = after(PlacementState(placement.state), order).value
    if placement.state not in WITH_AGENCY:
        placement.ended_at, placement.ended_why = now, by.why
    waiting = session.scalars(
        select(PlacementOrder).where(
            PlacementOrder.placement_id == placement.id, PlacementOrder.file_id.is_(None)
        )
    ).all()
    same = next((one for one in waiting if one.order == order), None)
    if same is None:
        session.add(
            PlacementOrder(
                placement_id=placement.id,
                order=order.value,
                rule_ids=list(by.rule_ids),
                why=by.why,
                ordered_at=now,
                ordered_by_id=by.login_id,
                due_on=business_days_after(on, 1),
                owed=owed,
            )
        )
    else:
        same.owed = owed
    session.flush()
