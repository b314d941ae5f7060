"""What the back office asks of the card company, in our own words: payouts, lines of its balance, answers to banks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from billing.money import Money
from portal.ports import DisputeFacts


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


class DisputeDesk(Protocol):
    """Where a bank that disputes a payment is answered. Each call under its key happens once."""

    def find(self, provider_id: str) -> DisputeFacts: ...

    def upload(self, *, evidence_id: UUID, content: bytes) -> str: ...

    def answer(
        self, *, evidence_id: UUID, provider_id: str, fields: Mapping[str, str], file_id: str
    ) -> DisputeFacts: ...
