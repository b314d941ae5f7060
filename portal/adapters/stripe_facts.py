"""Stripe's pages and payments in our words."""

from __future__ import annotations

from datetime import UTC, datetime

import stripe

from billing.money import Money
from portal.adapters.stripe_calls import CURRENCY, field, id_of, our_id
from portal.ports import Declined, Outcome, PaymentFacts

BANK = "us_bank_account"
SAVED = "saved"  # in the metadata of what is drawn while the patient is away
INTENT_OUTCOMES = {
    "succeeded": Outcome.SUCCEEDED,
    "processing": Outcome.PROCESSING,
    "requires_action": Outcome.NEEDS_ACTION,
    "canceled": Outcome.CLOSED,
}


def session_facts(session: stripe.checkout.Session) -> PaymentFacts:
    """A page, and the payment made on it as far as there is one."""
    intent = session.payment_intent
    known = intent_facts(intent) if isinstance(intent, stripe.PaymentIntent) else None
    if session.status == "open":
        outcome = Outcome.OPEN
    elif session.status == "expired":
        outcome = Outcome.CLOSED
    elif known and known.outcome is Outcome.OPEN:
        outcome = Outcome.FAILED  # the page is over and the money did not come: a returned debit
    else:
        outcome = known.outcome if known else Outcome.PROCESSING
    whole = Money(session.amount_total or 0) if session.currency == CURRENCY else None
    return PaymentFacts(
        payment_id=our_id(session.client_reference_id),
        outcome=outcome,
        amount=known.amount if known else whole,
        session_id=session.id,
        checkout_url=session.url if outcome is Outcome.OPEN else None,
        intent_id=known.intent_id if known else None,
        charge_id=known.charge_id if known else None,
        method=known.method if known else "",
        brand=known.brand if known else "",
        last4=known.last4 if known else "",
        method_id=known.method_id if known else "",
    )


def intent_facts(intent: stripe.PaymentIntent) -> PaymentFacts:
    """A payment; its charge must have been expanded."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    details = charge.payment_method_details if charge else None
    # Only the key of the kind that was used is there at all.
    card = details.card if details and "card" in details else None
    bank = details.us_bank_account if details and BANK in details else None
    outcome = INTENT_OUTCOMES.get(intent.status, Outcome.OPEN)
    if outcome is Outcome.OPEN and bank and charge and charge.status == "failed":
        outcome = Outcome.FAILED
    error = intent.last_payment_error
    if outcome is Outcome.OPEN and error and field(intent.metadata, SAVED):
        outcome = Outcome.FAILED  # nobody sits before a page to try another card
    received = intent.amount_received if outcome is Outcome.SUCCEEDED else intent.amount
    return PaymentFacts(
        payment_id=our_id(field(intent.metadata, "payment")),
        outcome=outcome,
        amount=Money(received) if intent.currency == CURRENCY else None,
        intent_id=intent.id,
        charge_id=charge.id if charge else None,
        method=details.type if details else "",
        brand=(card.brand or "") if card else ((bank.bank_name or "") if bank else ""),
        last4=(card.last4 or "") if card else ((bank.last4 or "") if bank else ""),
        decline=_decline(error, charge) if outcome is Outcome.FAILED else "",
        method_id=id_of(intent.payment_method) or "",
    )


def decline_facts(charge: stripe.Charge) -> Declined:
    """A charge that failed; of its card nothing is taken over."""
    told = field(charge.outcome, "reason") or charge.failure_code
    return Declined(
        provider_id=charge.id,
        code=str(told or ""),
        at=datetime.fromtimestamp(charge.created, UTC),
    )


def _decline(error: object, charge: stripe.Charge | None) -> str:
    """The bank's own word for its no."""
    told = field(error, "decline_code") or field(error, "code")
    return str(told or (charge.failure_code if charge else "") or "")
