"""The day's three-way match by kind of money: what the bank shows, what the papers say, what was posted (OPS-11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from billing.money import ZERO, Money, total_of
from portal.queries.day_drawer import Drawer
from portal.queries.day_facts import DayDeposit

KINDS = {
    "eft": "Payers, by bank transfer",
    "check": "Checks and cash at the bank",
    "payout": "Card company’s payouts",
    "agency": "Collection agencies’ payments",
    "refund": "Refund checks that were cashed",
    "": "Lines that answer nothing yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One kind of money, three ways. `counted`: the drawer, where a count stands for the bank."""

    label: str
    bank: Money
    papers: Money
    posted: Money
    anchor: str  # where on the page its lines stand

    @property
    def variance(self) -> Money:
        """What the bank shows beyond the papers."""
        return self.bank - self.papers

    @property
    def unposted(self) -> Money:
        """What the papers say beyond the ledger."""
        return self.papers - self.posted


def day_ways(deposits: Sequence[DayDeposit], drawer: Drawer) -> tuple[Way, ...]:
    """A row for each kind that the day has."""
    rows = []
    parts = [part for one in deposits for part in _parts(one)]
    for kind, label in KINDS.items():
        mine = [one for one in parts if one.kind == kind]
        if mine:
            rows.append(
                Way(
                    label=label,
                    bank=total_of(one.amount for one in mine),
                    papers=total_of(one.expected or ZERO for one in mine),
                    posted=total_of(one.posted for one in mine),
                    anchor="bank",
                )
            )
    if drawer.expected or drawer.counts:
        rows.append(
            Way(
                label="Cash drawer, as counted",
                bank=drawer.taken,
                papers=drawer.expected,
                posted=drawer.expected,
                anchor="drawer",
            )
        )
    return tuple(rows)


def _parts(one: DayDeposit) -> tuple[DayDeposit, ...]:
    """A line that holds an agency's check together with checks and cash counts with both, each to the cent."""
    agency = one.agency_part
    if not agency:
        return (one,)
    rest = replace(
        one,
        amount=one.amount - agency,
        expected=(one.expected or ZERO) - agency,
        posted=one.posted - agency,
    )
    return (replace(one, kind="agency", amount=agency, expected=agency, posted=agency), rest)
