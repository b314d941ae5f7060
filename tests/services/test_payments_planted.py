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
from sqlalchemy.exc import IntegrityError, ProgrammingError

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
from portal.services import post_entry
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
        self,
        *,
        payment_id: UUID,
        amount: Money,
        expires_at: datetime,
        bank_only: bool = False,
        save_for: str | None = None,
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
        self,
        *,
        payment_id: UUID,
        amount: Money,
        expires_at: datetime,
        bank_only: bool = False,
        save_for: str | None = None,
    ) -> PaymentFacts:
        try:
            return super().start_checkout(
                payment_id=payment_id, amount=amount, expires_at=expires_at, save_for=save_for
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


def claim_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment is begun without a look at the one that the account has already."""
    monkeypatch.setattr("portal.services.take_payment._live", lambda *_: None)


def test_planted_blind_start_is_held_by_the_one_live_index(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_without_looking(monkeypatch)
    till.start()
    with pytest.raises(IntegrityError, match="uq__payments__one_live"):
        till.start()
    assert broken(till) == []


def test_planted_no_unique_on_the_live_payment_is_caught(
    till: Till, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("DROP INDEX uq__payments__one_live"))
    claim_without_looking(monkeypatch)
    for _ in range(2):
        till.paid()
    found = broken(till)
    assert "an account has two live payments" in found
    assert "more was charged than was owed" in found


def forget_that_it_was_posted(till: Till, owner_engine: Engine, payment_id: UUID) -> None:
    """The payment's row falls back to before its money, as a lost update would leave it."""
    till.look(payment_id)
    back = (
        "UPDATE payments SET state = 'submitting', charge_id = NULL, entry_id = NULL WHERE id = :id"
    )
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM payment_allocations"))
        connection.execute(text(back), {"id": payment_id})
    till.look(payment_id)


def test_planted_lost_update_is_held_by_the_unique_source(till: Till, owner_engine: Engine) -> None:
    forget_that_it_was_posted(till, owner_engine, till.paid().payment_id)
    assert broken(till) == []


def test_planted_no_unique_on_the_ledgers_source_is_caught(
    till: Till, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE journal_entries DROP CONSTRAINT uq__journal_entries__source_ref")
        )
    started = till.paid()
    with pytest.raises(ProgrammingError, match="ON CONFLICT"):
        till.look(started.payment_id)
    assert till.taken() == 0, "without the constraint, the code as it is posts nothing at all"
    asking = str(post_entry._INSERT_ENTRIES)
    plain = asking.replace("ON CONFLICT (source_ref) DO NOTHING", "")
    assert plain != asking
    monkeypatch.setattr(post_entry, "_INSERT_ENTRIES", text(plain))
    forget_that_it_was_posted(till, owner_engine, started.payment_id)
    assert "the ledger is not the provider's charges" in broken(till)
