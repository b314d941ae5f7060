"""Planted bugs: if the laws of payments stopped seeing one of these, they would prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import stripe
from sqlalchemy import Engine, text

from billing.money import Money
from portal.adapters.stripe import StripeGateway
from portal.ports import (
    GatewayError,
    Notice,
    Outcome,
    OutcomeUnknown,
    PaymentFacts,
    Refused,
)
from tests.sandbox_server import KEY, PUBLIC_URL, SECRET, Event, SandboxServer
from tests.services.payment_laws import broken
from tests.services.till import Till, open_till

LOST_ANSWER = {
    "do": "drop",
    "where": "after",
    "times": 3,
    "method": "POST",
    "path": "/v1/checkout/sessions",
}


class NoKey(StripeGateway):
    """Asks for the page under a new key each time."""

    def start_checkout(
        self, *, payment_id: UUID, amount: Money, expires_at: datetime
    ) -> PaymentFacts:
        try:
            page = self._client.v1.checkout.sessions.create(
                params=self._params(payment_id, amount, expires_at)
            )
        except stripe.StripeError as error:
            raise OutcomeUnknown("lost") from error
        return self.find_checkout(page.id)


class FailedOnTimeout(StripeGateway):
    """Takes silence for a no."""

    def start_checkout(
        self, *, payment_id: UUID, amount: Money, expires_at: datetime
    ) -> PaymentFacts:
        try:
            return super().start_checkout(
                payment_id=payment_id, amount=amount, expires_at=expires_at
            )
        except OutcomeUnknown as error:
            raise Refused("no answer") from error


class TrustsTheEvent(StripeGateway):
    """Believes what an event says instead of asking for its object."""

    told: PaymentFacts

    def verify_event(self, *, body: bytes, signature: str) -> Notice:
        intent = json.loads(body)["data"]["object"]
        self.told = PaymentFacts(
            payment_id=UUID(intent["metadata"]["payment"]),
            outcome=Outcome.SUCCEEDED,
            amount=Money(intent["amount_received"]),
            intent_id=intent["id"],
            charge_id=intent["latest_charge"],
        )
        return super().verify_event(body=body, signature=signature)

    def find_payment(self, intent_id: str) -> PaymentFacts:
        return self.told


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Till]:
    sandbox.control("webhooks", mode="hold")
    yield open_till(sandbox, now)
    sandbox.control("reset")


def having(till: Till, kind: type[StripeGateway]) -> Till:
    till.gateway = kind(
        secret_key=KEY,
        webhook_secret=SECRET,
        page_url=f"{PUBLIC_URL}/pay/{{payment_id}}",
        api_base=till.sandbox.url,
    )
    return till


def lose_an_answer_and_press_again(till: Till) -> None:
    """The answer is lost, the patient tries anew, and every page there is gets paid."""
    till.sandbox.control("faults", **LOST_ANSWER)
    for _ in range(2):
        with suppress(GatewayError):
            till.start()
        till.now += timedelta(minutes=11)
    for page in till.sandbox.client.v1.checkout.sessions.list(params={"limit": 100}).data:
        if page.url:
            till.sandbox.pay(page.url)


def an_event_of_money_that_is_not_there(till: Till) -> None:
    """Signed with our secret, about an intent that was never paid."""
    started = till.start()
    intent = till.sandbox.client.v1.payment_intents.create(
        params={"amount": 18_240, "currency": "usd", "metadata": {"payment": "of another"}}
    )
    said = {
        "id": intent.id,
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 18_240,
        "latest_charge": "ch_invented",
        "metadata": {"payment": str(started.payment_id)},
    }
    body = {
        "id": "evt_invented",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": stripe.api_version,
        "data": {"object": said},
    }
    till.handle(Event("payment_intent.succeeded", intent.id, json.dumps(body).encode()))


def test_the_real_gateway_keeps_every_law(till: Till) -> None:
    lose_an_answer_and_press_again(till)
    till.deliver(*till.sandbox.events())
    assert broken(till) == []


def test_the_real_gateway_asks_instead_of_believing(till: Till) -> None:
    an_event_of_money_that_is_not_there(till)
    assert broken(till) == []


def test_planted_no_key_is_caught(till: Till) -> None:
    lose_an_answer_and_press_again(having(till, NoKey))
    assert "a payment has two pages" in broken(till)


def test_planted_failed_on_timeout_is_caught(till: Till) -> None:
    lose_an_answer_and_press_again(having(till, FailedOnTimeout))
    found = broken(till)
    assert "a payment that is over for us has money" in found
    assert "more was charged than was owed" in found


def test_planted_trust_the_event_is_caught(till: Till) -> None:
    an_event_of_money_that_is_not_there(having(till, TrustsTheEvent))
    assert "the ledger is not the provider's charges" in broken(till)


def test_planted_no_unique_is_caught(till: Till, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE inbound_events DROP CONSTRAINT uq__inbound_events__provider_event_id")
        )
    till.paid()
    till.deliver(*till.sandbox.events())
    till.deliver(*till.sandbox.events())
    assert broken(till) == ["an event is stored twice"]
