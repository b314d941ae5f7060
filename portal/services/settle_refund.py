"""Find out what became of a refund by asking the provider; it is never sent again blind."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.transitions import RefundState
from portal.db import read_only
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.ports import NoRefund, OutcomeUnknown, PaymentGateway, RefundDenied, RefundFacts
from portal.services.record_refund import keep_refund, refuse_refund
from portal.services.refusal import NotFound
from portal.services.settle_payment import KEY_LIVES

UNSETTLED = (RefundState.SUBMITTING, RefundState.PENDING)


def settle_refund(
    *, refund_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> None:
    """Ask and record. A provider that cannot be reached raises, and the refund stays as it is."""
    with read_only() as session:
        refund = session.get(Refund, refund_id)
        payment = session.get(Payment, refund.payment_id) if refund else None
    if refund is None or payment is None:
        raise NotFound
    if refund.state not in UNSETTLED:
        return
    facts, why = _ask(refund, payment.intent_id or "", gateway, now)
    if facts is None:
        refuse_refund(refund_id=refund_id, why=why, now=now)
    else:
        keep_refund(facts, public_url=public_url, now=now)


def list_refunds(
    *, payment_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> int:
    """Record every refund that the provider knows of one payment; how many there are."""
    with read_only() as session:
        payment = session.get(Payment, payment_id)
    if payment is None or not payment.intent_id:
        raise NotFound
    found = gateway.refunds_of(payment.intent_id)
    for facts in found:
        keep_refund(facts, public_url=public_url, now=now)
    return len(found)


def _ask(
    refund: Refund, intent_id: str, gateway: PaymentGateway, now: datetime
) -> tuple[RefundFacts | None, NoRefund | None]:
    """The provider's record, or None with why once it is certain that there is none."""
    if refund.provider_id:
        return gateway.find_refund(refund.provider_id), None
    why: NoRefund | None = None
    certain = now - (refund.submitted_at or now) >= KEY_LIVES
    if not certain:
        try:
            # Under its own key this asks again for the refund made before, or makes the first one.
            again = gateway.start_refund(
                refund_id=refund.id, intent_id=intent_id, amount=refund.amount
            )
            return gateway.find_refund(again.provider_id), None
        except RefundDenied as denied:
            certain, why = True, denied.why  # one made before would have been given again
        except OutcomeUnknown:
            pass
    listed = [f for f in gateway.refunds_of(intent_id) if f.refund_id == refund.id]
    if not listed and not certain:
        raise OutcomeUnknown("the refund may still appear in the provider's list")
    return (listed[0], None) if listed else (None, why)
