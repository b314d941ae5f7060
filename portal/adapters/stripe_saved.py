"""Saved ways to pay at Stripe, and payments with them while the patient is away.

A customer there is an opaque id of ours and nothing else: no name, no e-mail (HIPAA-18).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import stripe
from stripe.params import PaymentIntentCreateParams

from portal.adapters.stripe_calls import (
    CURRENCY,
    changing,
    client_of,
    field,
    id_of,
    our_id,
    reading,
)
from portal.adapters.stripe_facts import BANK, SAVED, intent_facts
from portal.ports import (
    MethodFacts,
    NotThere,
    Outcome,
    PaymentFacts,
    Refused,
    SavedCharge,
    SetupFacts,
)

WHAT = "Statement payment"  # all that Stripe is told about what is paid
# How a bank debit that came back is named when it is presented again (PLAN-10).
AGAIN = "RETRY PYMT"
SEARCHED = timedelta(hours=1)  # how far before its start a lost payment is looked for
# It may have been made as late as the last repetition under its key.
KEY_LIVES = timedelta(hours=25)
PAGE = 100
SETUP_OUTCOMES = {"open": Outcome.OPEN, "complete": Outcome.SUCCEEDED, "expired": Outcome.CLOSED}


class StripeSaved:
    """A SavedMethods."""

    def __init__(self, *, secret_key: str, api_base: str | None = None) -> None:
        self._secret_key = secret_key
        self._api_base = api_base

    @cached_property
    def _client(self) -> stripe.StripeClient:
        """Made at the first payment: the library refuses an empty key, and not every command pays."""
        return client_of(self._secret_key, self._api_base)

    def make_customer(self, reference: UUID) -> str:
        """What saved ways to pay hang on; the same reference gives the same one, for a day."""
        customer = changing(
            lambda: self._client.v1.customers.create(
                params={"metadata": {"account": str(reference)}},
                options={"idempotency_key": f"customer-{reference}"},
            )
        )
        return customer.id

    def start_setup(
        self, *, setup_id: UUID, customer_id: str, back: str, expires_at: datetime
    ) -> SetupFacts:
        """A page to add a card or a bank account on; nothing is paid there."""
        session = changing(
            lambda: self._client.v1.checkout.sessions.create(
                params={
                    "mode": "setup",
                    "ui_mode": "hosted_page",
                    "currency": CURRENCY,
                    "customer": customer_id,
                    "metadata": {"setup": str(setup_id)},
                    "success_url": f"{back}/return",
                    "cancel_url": f"{back}/cancelled",
                    "expires_at": int(expires_at.timestamp()),
                },
                options={"idempotency_key": f"setup-{setup_id}"},
            )
        )
        return _setup_facts(session)

    def find_setup(self, session_id: str) -> SetupFacts:
        """What became of such a page."""
        return _setup_facts(
            reading(
                lambda: self._client.v1.checkout.sessions.retrieve(
                    session_id, params={"expand": ["setup_intent"]}
                )
            )
        )

    def find_method(self, method_id: str) -> MethodFacts:
        """A saved way to pay as it is now: cards are renewed without us."""
        return _method_facts(reading(lambda: self._client.v1.payment_methods.retrieve(method_id)))

    def detach_method(self, method_id: str) -> None:
        """Make it useless for good; one that is so already, or is not there, stays so."""
        try:
            known = self.find_method(method_id)
        except NotThere:
            return
        if known.customer_id is not None:
            changing(lambda: self._client.v1.payment_methods.detach(method_id))

    def charge_saved(self, charge: SavedCharge) -> PaymentFacts:
        """Draw the money now, or hear why not. The same payment is charged once: its id is the key, for a day.

        A decline is an answer like any other: outcome failed, with the bank's code. A repeated answer
        is Stripe's stored one and may be out of date; `find_payment` is not.
        """
        params = _charge_params(charge)
        key = f"pay-{charge.payment_id}"
        try:
            intent = changing(
                lambda: self._client.v1.payment_intents.create(
                    params=params, options={"idempotency_key": key}
                )
            )
        except Refused as refused:
            declined = _declined_intent(refused.__cause__)
            if declined is None:
                raise
            return intent_facts(declined)
        return intent_facts(intent)

    def search_saved(
        self, *, payment_id: UUID, customer_id: str, started_at: datetime
    ) -> PaymentFacts | None:
        """A payment whose answer was lost and whose key has lapsed; None proves that there is none."""
        earliest = int((started_at - SEARCHED).timestamp())
        latest = int((started_at + KEY_LIVES).timestamp())
        found = reading(
            lambda: [
                intent
                for intent in self._client.v1.payment_intents.list(
                    params={
                        "customer": customer_id,
                        "created": {"gte": earliest, "lte": latest},
                        "limit": PAGE,
                        "expand": ["data.latest_charge"],
                    }
                ).auto_paging_iter()
                if our_id(field(intent.metadata, "payment")) == payment_id
            ]
        )
        return intent_facts(found[0]) if found else None


def _charge_params(charge: SavedCharge) -> PaymentIntentCreateParams:
    reference = str(charge.payment_id)
    params: PaymentIntentCreateParams = {
        "amount": charge.amount.cents,
        "currency": CURRENCY,
        "customer": charge.customer_id,
        "payment_method": charge.method_id,
        "allowed_payment_method_types": [charge.kind],
        "confirm": True,
        "off_session": True,
        "description": WHAT,
        "metadata": {"payment": reference, SAVED: "yes"},
        "expand": ["latest_charge"],
    }
    if charge.kind != BANK:
        params["payment_method_options"] = {"card": {"stored_credential_usage": charge.usage}}
    elif charge.again:
        params["statement_descriptor"] = AGAIN
    return params


def _declined_intent(error: BaseException | None) -> stripe.PaymentIntent | None:
    """The payment that a decline is about."""
    if not isinstance(error, stripe.CardError) or error.error is None:
        return None
    return error.error.payment_intent


def _setup_facts(session: stripe.checkout.Session) -> SetupFacts:
    outcome = SETUP_OUTCOMES.get(session.status or "", Outcome.OPEN)
    setup = session.setup_intent
    method = (
        id_of(field(setup, "payment_method")) if isinstance(setup, stripe.SetupIntent) else None
    )
    return SetupFacts(
        setup_id=our_id(field(session.metadata, "setup")),
        outcome=outcome,
        session_id=session.id,
        url=session.url if outcome is Outcome.OPEN else None,
        method_id=method,
    )


def _method_facts(method: stripe.PaymentMethod) -> MethodFacts:
    # Only the key of its own kind is there at all.
    card = method.card if "card" in method else None
    bank = method.us_bank_account if BANK in method else None
    return MethodFacts(
        provider_id=method.id,
        customer_id=id_of(method.customer),
        kind=method.type,
        funding=(card.funding or "") if card else "",
        brand=(card.brand or "") if card else ((bank.bank_name or "") if bank else ""),
        last4=(card.last4 or "") if card else ((bank.last4 or "") if bank else ""),
        exp_month=card.exp_month if card else None,
        exp_year=card.exp_year if card else None,
    )
