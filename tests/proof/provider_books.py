"""What the card company's own books say, read through its official client: the oracle of every proof."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import stripe

from tests.sandbox_server import SandboxServer

CARD_FEES_POSTED_ELSEWHERE = (
    "dispute",
    "dispute_reversal",
)  # with the dispute, not with its payout
OVER = ("failed", "canceled")


@dataclass(frozen=True, kw_only=True)
class ProviderBooks:
    """Every object there is, as Stripe's API gives it, and the provider's own totals."""

    charges: list[Any]
    intents: list[Any]
    pages: list[Any]
    refunds: list[Any]
    disputes: list[Any]
    lines: list[Any]
    payouts: list[Any]
    payout_of: dict[str, str]  # balance line -> automatic payout
    taken_events: frozenset[str]  # those that our webhook answered with 2xx
    totals: dict[str, Any]

    @property
    def paid(self) -> list[Any]:
        """Charges of ours that took money, foreign ones left out."""
        return [c for c in self.charges if c.status == "succeeded" and ours(c.metadata, "payment")]

    @property
    def foreign(self) -> set[str]:
        """Charges and refunds that somebody else made on the account."""
        strange = {c.id for c in self.charges if not ours(c.metadata, "payment")}
        return strange | {r.id for r in self.refunds if r.charge in strange}

    def charged_times(self) -> Counter[str]:
        """How often each of our payments took money."""
        return Counter(
            i.metadata["payment"]
            for i in self.intents
            if i.status == "succeeded" and ours(i.metadata, "payment")
        )

    def refunded(self) -> Counter[str]:
        """Cents that went back, or are going, by charge."""
        sums: Counter[str] = Counter()
        for refund in self.refunds:
            if refund.status not in OVER:
                sums[refund.charge] += refund.amount
        return sums

    def should_be_posted(self) -> tuple[dict[str, int], dict[str, int]]:
        """What each fact moves in stripe_clearing, by its reference.

        The second are refunds that came back: posted and reversed, or heard of too late to be either.
        """
        facts = {f"stripe:{c.id}": c.amount_captured for c in self.paid}
        known, back = {c.id for c in self.paid}, {}
        for refund in self.refunds:
            if refund.charge not in known or refund.status == "pending":
                continue
            into = back if refund.status in OVER else facts
            into[f"stripe:{refund.id}"] = -refund.amount
            if refund.status in OVER:
                back[f"stripe:{refund.id}:failed"] = refund.amount
        for dispute in self.disputes:
            if dispute.charge in known:
                facts |= _moves(dispute)
        for payout in self.payouts:
            if payout.status == "paid":
                facts[f"stripe:{payout.id}:paid"] = -(payout.amount + self.fees_of(payout.id))
        return {ref: cents for ref, cents in facts.items() if cents}, back

    def fees_of(self, payout_id: str) -> int:
        """What the provider kept of a payout's lines, the fees of disputes left out."""
        return sum(
            line.fee
            for line in self.lines
            if self.payout_of.get(line.id) == payout_id
            and line.reporting_category not in CARD_FEES_POSTED_ELSEWHERE
        )


def ours(metadata: Any, name: str) -> bool:
    """Whether an object carries an id that only we can have given it."""
    try:
        UUID(str(metadata[name]))
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _moves(dispute: Any) -> dict[str, int]:
    """The first line of a category bears its name, a later one its own id as well; fees beside them."""
    facts: dict[str, int] = {}
    seen: set[str] = set()
    for line in sorted(dispute.balance_transactions, key=lambda one: (one.created, one.id)):
        ref = f"stripe:{dispute.id}:{line.reporting_category}"
        if line.reporting_category in seen:
            ref = f"{ref}:{line.id}"
        seen.add(line.reporting_category)
        facts[ref], facts[f"{ref}:fee"] = line.amount, -line.fee
    return facts


def read_books(sandbox: SandboxServer) -> ProviderBooks:
    """All of it, page by page, as anybody with a key could."""
    api = sandbox.client.v1
    payouts = _all(api.payouts.list)
    payout_of = {
        line.id: payout.id
        for payout in payouts
        if payout.automatic
        for line in _all(api.balance_transactions.list, payout=payout.id)
    }
    return ProviderBooks(
        charges=_all(api.charges.list),
        intents=_all(api.payment_intents.list),
        pages=_all(api.checkout.sessions.list),
        refunds=_all(api.refunds.list),
        disputes=_all(api.disputes.list),
        lines=_all(api.balance_transactions.list),
        payouts=payouts,
        payout_of=payout_of,
        taken_events=frozenset(e.id for e in _all(api.events.list, delivery_success=True)),
        totals=sandbox.control("totals"),
    )


def _all(listing: Callable[..., stripe.ListObject[Any]], **wanted: Any) -> list[Any]:
    return list(listing(params={"limit": 100, **wanted}).auto_paging_iter())


def pages_of_each(books: ProviderBooks) -> dict[str, list[Any]]:
    """The hosted pages made for each of our payments."""
    found: dict[str, list[Any]] = defaultdict(list)
    for page in books.pages:
        if ours({"payment": page.client_reference_id}, "payment"):
            found[page.client_reference_id].append(page)
    return found
