"""Find out what became of a payment drawn with a saved way to pay; under its own key it is charged once."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.models.payments import Payment
from portal.ports import OutcomeUnknown, PaymentFacts, PaymentGateway, Refused, SavedCharge


def ask_saved_charge(
    payment: Payment,
    charge: SavedCharge,
    *,
    gateway: PaymentGateway,
    key_lives: timedelta,
    now: datetime,
) -> PaymentFacts | None:
    """What the provider's record says; None proves that it never made one. Raises while neither is certain.

    While the key lives the same request is repeated: it charges the first time or tells of that time. Later only
    the provider's list is believed, which holds everything that was made while the key lived.
    """
    if payment.intent_id:
        return gateway.find_payment(payment.intent_id)
    certain = now - payment.created_at >= key_lives
    if not certain:
        try:
            answer = gateway.charge_saved(charge)
            # A repeated answer is the stored one: a bank debit may have come back since.
            return gateway.find_payment(answer.intent_id) if answer.intent_id else answer
        except Refused:
            certain = True  # what was made before would have been told again
        except OutcomeUnknown:
            pass
    found = gateway.search_saved(
        payment_id=payment.id, customer_id=charge.customer_id, started_at=payment.created_at
    )
    if found is None and not certain:
        raise OutcomeUnknown("the payment may still appear in the provider's list")
    return found
