"""The planted bugs themselves: how each is put into our code or our database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import stripe
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.payment_choice import Choice, Scope
from billing.transitions import PaymentEvent, PaymentState, Refused
from portal.adapters.stripe import StripeGateway
from portal.adapters.stripe_calls import RETRIES
from portal.db import transaction
from portal.models.payments import Payment
from portal.ports import (
    NoRefund,
    Notice,
    Outcome,
    OutcomeUnknown,
    PaymentFacts,
    RefundDenied,
    RefundFacts,
    RefundOutcome,
    RetryLater,
)
from portal.ports import Refused as GatewayRefused
from portal.services import (
    decide_refund,
    post_entry,
    receive_event,
    record_payment,
    request_refund,
    settle_payment,
    settle_refund,
    take_payment,
)
from tests.mutations.world import World
from tests.sandbox_server import KEY
from tests.services import refund_desk

Patch = pytest.MonkeyPatch


class Keyless(stripe.RequestsClient):
    """Every request leaves without its key."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        headers.pop("Idempotency-Key", None)
        return super().request(method, url, headers, post_data)


def no_key(world: World, _patch: Patch) -> None:
    """The provider is asked again and cannot know that it is again."""
    world.gateway(StripeGateway)
    world.till.gateway.__dict__["_client"] = stripe.StripeClient(
        KEY,
        base_addresses={"api": world.sandbox.url},
        http_client=Keyless(),
        max_network_retries=RETRIES,
    )


def failed_on_timeout(world: World, _patch: Patch) -> None:
    """Takes silence for a no."""

    class FailedOnTimeout(StripeGateway):
        def start_checkout(self, **wanted: Any) -> PaymentFacts:
            try:
                return super().start_checkout(**wanted)
            except OutcomeUnknown as error:
                raise GatewayRefused("no answer") from error

    world.gateway(FailedOnTimeout)


def refused_on_timeout(world: World, _patch: Patch) -> None:
    """Takes silence about a refund for a no."""

    class RefusedOnTimeout(StripeGateway):
        def start_refund(self, **wanted: Any) -> RefundFacts:
            try:
                return super().start_refund(**wanted)
            except (OutcomeUnknown, RetryLater) as error:
                raise RefundDenied(NoRefund.OTHER, "no answer") from error

    world.gateway(RefusedOnTimeout)


def trust_the_event(world: World, _patch: Patch) -> None:
    """Believes what an event says instead of asking for its object."""

    class TrustsTheEvent(StripeGateway):
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

    world.gateway(TrustsTheEvent)


def no_unique_event(world: World, _patch: Patch) -> None:
    world.as_owner(
        "ALTER TABLE inbound_events DROP CONSTRAINT uq__inbound_events__provider_event_id"
    )


def no_unique_refund(world: World, _patch: Patch) -> None:
    world.as_owner("ALTER TABLE refunds DROP CONSTRAINT uq__refunds__provider_id")


def blind_start(patch: Patch) -> None:
    """A payment is begun without a look at the one that the account has already."""
    patch.setattr(take_payment, "_live", lambda *_: None)


def no_unique_live_payment(world: World, patch: Patch) -> None:
    world.as_owner("DROP INDEX uq__payments__one_live")
    blind_start(patch)


def no_unique_source(world: World, patch: Patch) -> None:
    """Neither the constraint nor the question that leans on it."""
    world.as_owner("ALTER TABLE journal_entries DROP CONSTRAINT uq__journal_entries__source_ref")
    asking = str(post_entry._INSERT_ENTRIES)
    plain = asking.replace("ON CONFLICT (source_ref) DO NOTHING", "")
    assert plain != asking
    patch.setattr(post_entry, "_INSERT_ENTRIES", text(plain))


def refund_without_lock(_world: World, patch: Patch) -> None:
    """What is left of a payment is read while somebody else reads it too, and not again at the approval."""
    unlocked_requests(patch)
    patch.setattr(decide_refund, "live_refunds", lambda *_: ZERO)


def unlocked_requests(patch: Patch) -> None:
    def unlocked(session: Session, payment_id: UUID) -> Payment:
        return session.scalars(select(Payment).where(Payment.id == payment_id)).one()

    patch.setattr(request_refund, "lock_paid", unlocked)


def allocation_outside_the_transaction(_world: World, patch: Patch) -> None:
    """The entry is committed first, its split and the payment's state after it."""
    real = record_payment.post_entry

    def and_commit(session: Session, entry: Any) -> Any:
        done = real(session, entry)
        session.commit()
        return done

    patch.setattr(record_payment, "post_entry", and_commit)


def webhook_answered_first(_world: World, patch: Patch) -> None:
    """Says 200, and then tries to write it down."""

    def answer_first(*, gateway: Any, body: bytes, signature: str, now: datetime) -> bool:
        notice = gateway.verify_event(body=body, signature=signature)
        try:
            with transaction() as session:
                receive_event.store_notice(session, notice, now=now)
        except OperationalError:
            pass  # nobody is there any more to hear of it
        return True

    patch.setattr(receive_event, "receive_event", answer_first)


def amount_from_the_browser(_world: World, patch: Patch) -> None:
    """What the form says is taken, whatever is due."""
    real = take_payment.agree

    def believe(choice: Any, lines: Any, **more: Any) -> Any:
        every = real(Choice(Scope.ALL, None, None), lines, **more)
        return replace(every, amount=choice.amount) if choice.amount else every

    patch.setattr(take_payment, "agree", believe)


def closed_in_mind_only(world: World, _patch: Patch) -> None:
    """The first page is held for closed without the provider being asked to close it."""

    class Closes(StripeGateway):
        def expire_checkout(self, session_id: str) -> PaymentFacts:
            found = self.find_checkout(session_id)
            return PaymentFacts(
                payment_id=found.payment_id,
                outcome=Outcome.CLOSED,
                amount=None,
                session_id=session_id,
            )

    world.gateway(Closes)


def failure_beats_success(_world: World, patch: Patch) -> None:
    """What was canceled stays canceled, whatever the provider says."""
    real = record_payment.next_state

    def strictly(table: Any, state: Any, event: Any) -> Any:
        if state is PaymentState.CANCELED and event is PaymentEvent.SUCCEED:
            return Refused(state, event)
        return real(table, state, event)

    patch.setattr(record_payment, "next_state", strictly)


def any_amount_will_do(_world: World, patch: Patch) -> None:
    """What was asked for is posted, whatever came."""
    patch.setattr(record_payment, "_mismatch", lambda *_: "")


def blind_for_what_came_back(world: World, _patch: Patch) -> None:
    """Every refund is taken for one that arrived."""

    class SaysItArrived(StripeGateway):
        def refunds_of(self, intent_id: str) -> tuple[RefundFacts, ...]:
            return tuple(
                RefundFacts(
                    refund_id=facts.refund_id,
                    provider_id=facts.provider_id,
                    intent_id=facts.intent_id,
                    outcome=RefundOutcome.SUCCEEDED,
                    amount=facts.amount,
                )
                for facts in super().refunds_of(intent_id)
            )

    world.gateway(SaysItArrived)


def keys_live_for_ever(_world: World, patch: Patch) -> None:
    """The same request is repeated for weeks, although the provider forgets its key after a day."""
    for module in (settle_payment, settle_refund):
        patch.setattr(module, "KEY_LIVES", timedelta(days=30))


def no_sweep(_world: World, patch: Patch) -> None:
    """Nobody takes up what stands in the middle."""
    patch.setattr(refund_desk, "sweep_payments", lambda **_: None)
