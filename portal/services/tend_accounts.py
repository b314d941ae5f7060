"""Give every order that the placed bills of some accounts ask for now, in the caller's transaction (COLL-8, 19, 24)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.holds import REASONS
from billing.placement import Order, PlacementState, order_for
from portal.queries.placed_bills import PlacedBill, live_placements, placed_bills
from portal.services.give_order import Ordered, give_order

PAID = "Nothing is owed any more."
CHANGED = "The amount that is owed changed."


def tend_accounts(
    session: Session, account_ids: Collection[int], *, on: date, now: datetime
) -> list[Order]:
    """The orders that were given; again at once: none. The caller holds the accounts."""
    given = []
    live = live_placements(session, account_ids)
    placements = [one for rows in live.values() for one in rows]
    for bill in placed_bills(session, placements, on=on):
        found = _due(bill)
        if found is not None:
            order, by = found
            give_order(session, bill.placement, order, by, owed=bill.owed, on=on, now=now)
            given.append(order)
    return given


def _due(bill: PlacedBill) -> tuple[Order, Ordered] | None:
    told = order_for(PlacementState(bill.placement.state), bill.conditions, balance=bill.owed)
    if told is not None:
        words = sorted(REASONS[condition] for condition in told.conditions)
        why = "; ".join(words) if words else PAID
        return told.order, Ordered(rule_ids=told.rule_ids, why=why)
    if bill.owed != bill.last_told:
        return Order.UPDATE, Ordered(rule_ids=("COLL-19",), why=CHANGED)
    return None
