"""Look at every bill that an agency has, and call home what may not be there: every hour, and with each day's run.

What a hold, a payment or a correction changed since is told within a business day (COLL-8, COLL-19, COLL-24).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from billing.holds import REASONS
from billing.placement import Order, PlacementState, order_for
from portal.db import read_only, transaction
from portal.queries.placed_bills import PlacedBill, live_placements, placed_bills
from portal.services.give_order import Ordered, give_order
from portal.services.lock_posting import lock_accounts

AT_ONCE = 200  # accounts in one transaction
PAID = "Nothing is owed any more."
CHANGED = "The amount that is owed changed."


@dataclass(frozen=True, slots=True)
class PlacementsTended:
    """How many bills came home, were told to wait, were paid, or have another amount."""

    recalled: int = 0
    suspended: int = 0
    paid: int = 0
    updated: int = 0

    def lines(self) -> Iterator[str]:
        """As the day's report prints it."""
        if self != PlacementsTended():
            yield (
                f"agencies: {self.recalled} recalled, {self.suspended} suspended, "
                f"{self.paid} paid, {self.updated} with another amount"
            )


def tend_placements(*, on: date, now: datetime) -> PlacementsTended:
    """Give every order that today's facts ask for; again at once: nothing."""
    with read_only() as session:
        account_ids = sorted(live_placements(session))
    given: list[Order] = []
    for start in range(0, len(account_ids), AT_ONCE):
        given += _tend(account_ids[start : start + AT_ONCE], on=on, now=now)
    return PlacementsTended(
        recalled=given.count(Order.RECALL),
        suspended=given.count(Order.SUSPEND),
        paid=given.count(Order.PAID_IN_FULL),
        updated=given.count(Order.UPDATE),
    )


def _tend(account_ids: Sequence[int], *, on: date, now: datetime) -> list[Order]:
    given = []
    with transaction() as session:
        lock_accounts(session, account_ids)
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
