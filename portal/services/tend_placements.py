"""Look at every bill that an agency has, and call home what may not be there: every hour, and with each day's run.

What a hold, a payment or a correction changed since is told within a business day (COLL-8, COLL-19, COLL-24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from billing.placement import Order
from portal.db import read_only, transaction
from portal.queries.placed_bills import live_placements
from portal.services.lock_posting import lock_accounts
from portal.services.tend_accounts import tend_accounts

AT_ONCE = 200  # accounts in one transaction


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
        chosen = account_ids[start : start + AT_ONCE]
        with transaction() as session:
            lock_accounts(session, chosen)
            given += tend_accounts(session, chosen, on=on, now=now)
    return PlacementsTended(
        recalled=given.count(Order.RECALL),
        suspended=given.count(Order.SUSPEND),
        paid=given.count(Order.PAID_IN_FULL),
        updated=given.count(Order.UPDATE),
    )
