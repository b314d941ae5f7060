"""Stripe's disputes in our words: how each stands, and every movement of its money."""

from __future__ import annotations

from collections.abc import Iterator

import stripe

from billing.money import Money
from portal.ports import DisputeFacts, DisputeMove, DisputeOutcome, Notice

CURRENCY = "usd"
# A warning that is closed, and a dispute that was prevented, never took money.
OUTCOMES = {
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
    "warning_closed": DisputeOutcome.WON,
    "prevented": DisputeOutcome.WON,
}


def dispute_facts(dispute: stripe.Dispute) -> DisputeFacts:
    """How it stands now; its lines in the order in which they were made."""
    intent = dispute.payment_intent
    lines = sorted(dispute.balance_transactions, key=lambda line: (line.created, line.id))
    return DisputeFacts(
        provider_id=dispute.id,
        intent_id=_id(intent),
        outcome=OUTCOMES.get(dispute.status, DisputeOutcome.OPEN),
        amount=Money(dispute.amount) if dispute.currency == CURRENCY else None,
        moves=tuple(
            DisputeMove(
                provider_id=line.id,
                category=line.reporting_category,
                amount=Money(line.amount),
                fee=Money(line.fee),
            )
            for line in lines
        ),
    )


def dispute_notices(dispute: stripe.Dispute) -> Iterator[Notice]:
    """What its events would have told; the id is how it stands, so that only news is new."""
    kind = "created" if OUTCOMES.get(dispute.status) is None else "closed"
    yield Notice(
        event_id=f"walk:dispute:{dispute.id}:{dispute.status}:{len(dispute.balance_transactions)}",
        type=f"charge.dispute.{kind}",
        object_id=dispute.id,
        intent_id=_id(dispute.payment_intent) or None,
    )


def _id(intent: str | stripe.PaymentIntent | None) -> str:
    if isinstance(intent, stripe.PaymentIntent):
        return intent.id
    return intent or ""
