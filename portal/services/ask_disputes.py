"""Ask the provider for each dispute that is still open here: a bank takes months, and an event may be lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.transitions import DisputeState
from portal.db import read_only, transaction
from portal.models.disputes import Dispute
from portal.models.payments import Payment
from portal.ports import DisputeFacts, DisputeOutcome, Notice, NotThere, PaymentGateway
from portal.services.receive_event import store_notice

ASKED_AT_ONCE = 100


def ask_for_open_disputes(*, gateway: PaymentGateway, now: datetime) -> int:
    """Put what is news into the inbox; how much there was. The longest unchanged are asked first."""
    with read_only() as session:
        waiting = session.execute(
            select(Dispute.provider_id, Payment.intent_id, Dispute.standing)
            .join(Payment, Payment.id == Dispute.payment_id)
            .where(Dispute.state == DisputeState.OPEN)
            .order_by(Dispute.state_at, Dispute.id)
            .limit(ASKED_AT_ONCE)
        ).all()
    found = 0
    for provider_id, intent_id, standing in waiting:
        try:
            facts = gateway.find_dispute(provider_id)
        except NotThere:
            continue
        if facts.outcome is not DisputeOutcome.OPEN or facts.standing != standing:
            with transaction() as session:
                found += store_notice(session, _notice(facts, intent_id), now=now)
    return found


def _notice(facts: DisputeFacts, intent_id: str | None) -> Notice:
    """As if its event had told us; the id is how it stands."""
    return Notice(
        event_id=f"walk:dispute:{facts.provider_id}:{facts.standing}:{len(facts.moves)}",
        type="charge.dispute.updated",
        object_id=facts.provider_id,
        intent_id=intent_id,
    )
