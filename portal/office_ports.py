"""What the back office asks of the card company, in our own words: its payouts and the lines of its balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from billing.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFacts:
    """One payment of the card company to the practice's bank. `explained`: its lines are complete."""

    provider_id: str
    amount: Money
    arrives_on: date
    automatic: bool
    status: str  # pending, in_transit, paid, failed, canceled
    explained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """One line of the card company's balance: what moved, its fee, and what is left."""

    provider_id: str
    category: str  # charge, refund, dispute, fee ...: the reporting category
    amount: Money
    fee: Money
    net: Money
    source_id: str  # of the charge, refund or dispute there
    made_at: datetime


class PayoutBooks(Protocol):
    """The card company's payouts, what each is made of, and every line of its balance."""

    def payouts(self, *, since: datetime) -> tuple[PayoutFacts, ...]: ...

    def lines(self, payout_id: str) -> tuple[BalanceLine, ...]: ...

    def balance_lines(self, *, since: datetime) -> tuple[BalanceLine, ...]: ...
