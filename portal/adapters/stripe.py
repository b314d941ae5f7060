"""Payments through Stripe's hosted Checkout; its objects and errors in our words.

Stripe is no business associate: nothing leaves but amounts, our addresses and opaque ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import stripe
from stripe.params.checkout import SessionCreateParams

from billing.money import Money
from portal.adapters.stripe_calls import (
    CURRENCY,
    changing,
    field,
    id_of,
    our_id,
    reading,
    words,
)
from portal.adapters.stripe_disputes import dispute_facts, dispute_notices
from portal.adapters.stripe_facts import BANK, decline_facts, intent_facts, session_facts
from portal.adapters.stripe_saved import StripeSaved
from portal.ports import (
    Declined,
    DisputeFacts,
    ForgedMessage,
    NoRefund,
    Notice,
    ObjectKind,
    ObjectPage,
    PaymentFacts,
    RefundDenied,
    RefundFacts,
    RefundOutcome,
    Refused,
    RetryLater,
)

WHAT = "Statement payment"  # all that Stripe is told about what is paid
# How far from its start a lost session is looked for. It cannot be younger: the request says when the
# page ends, and Stripe makes none that would end within half an hour.
SEARCHED = timedelta(hours=1)
PAGE = 100  # the most that Stripe lists at once
INTENT = "payment_intent.latest_charge"
REFUND_OUTCOMES = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
NO_REFUND = {
    "charge_disputed": NoRefund.DISPUTED,
    "charge_already_refunded": NoRefund.NOTHING_LEFT,
}


class StripeGateway(StripeSaved):
    """A PaymentGateway. `page_url` is our page of one payment, with `{payment_id}` in it."""

    def __init__(
        self, *, secret_key: str, webhook_secret: str, page_url: str, api_base: str | None = None
    ) -> None:
        super().__init__(secret_key=secret_key, api_base=api_base)
        self._webhook_secret = webhook_secret
        self._page_url = page_url

    def start_checkout(
        self,
        *,
        payment_id: UUID,
        amount: Money,
        expires_at: datetime,
        bank_only: bool = False,
        save_for: str | None = None,
    ) -> PaymentFacts:
        """A page to pay on. The same payment gives the same page: its id is the key, for a day.

        A repeated answer is Stripe's stored one and may be out of date; `find_checkout` is not.
        A page that is `bank_only` takes no card; one with `save_for` keeps what is paid with for that customer.
        """
        params = self._params(payment_id, amount, expires_at)
        if bank_only:
            params["allowed_payment_method_types"] = [BANK]
        if save_for:
            params["customer"] = save_for
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
        session = changing(
            lambda: self._client.v1.checkout.sessions.create(
                params=params, options={"idempotency_key": f"pay-{payment_id}"}
            )
        )
        return session_facts(session)

    def _params(self, payment_id: UUID, amount: Money, expires_at: datetime) -> SessionCreateParams:
        reference, page = str(payment_id), self._page_url.format(payment_id=payment_id)
        return {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "client_reference_id": reference,
            "metadata": {"payment": reference},
            "payment_intent_data": {"description": WHAT, "metadata": {"payment": reference}},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": amount.cents,
                        "product_data": {"name": WHAT},
                    },
                }
            ],
            "success_url": f"{page}/return",
            "cancel_url": f"{page}/cancelled",
            "expires_at": int(expires_at.timestamp()),
        }

    def find_checkout(self, session_id: str) -> PaymentFacts:
        """What became of a page."""
        session = reading(
            lambda: self._client.v1.checkout.sessions.retrieve(
                session_id, params={"expand": [INTENT]}
            )
        )
        return session_facts(session)

    def search_checkout(self, *, payment_id: UUID, started_at: datetime) -> PaymentFacts | None:
        """A page whose answer was lost and whose key has lapsed; None proves that there is none."""
        earliest = int((started_at - SEARCHED).timestamp())
        latest = int((started_at + SEARCHED).timestamp())
        found = reading(
            lambda: [
                session
                for session in self._client.v1.checkout.sessions.list(
                    params={"created": {"gte": earliest, "lte": latest}, "limit": PAGE}
                ).auto_paging_iter()
                if session.client_reference_id == str(payment_id)
            ]
        )
        return self.find_checkout(found[0].id) if found else None

    def expire_checkout(self, session_id: str) -> PaymentFacts:
        """Close a page so that nobody can pay on it; what it says if it was over already."""
        try:
            self._client.v1.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError:
            pass  # not open: paid or expired, and the page itself says which
        except stripe.StripeError as error:
            raise RetryLater(words(error)) from error
        return self.find_checkout(session_id)

    def find_payment(self, intent_id: str) -> PaymentFacts:
        """What became of a payment, by Stripe's id."""
        intent = reading(
            lambda: self._client.v1.payment_intents.retrieve(
                intent_id, params={"expand": ["latest_charge"]}
            )
        )
        return intent_facts(intent)

    def declines_of(self, intent_id: str) -> tuple[Declined, ...]:
        """The tries of one payment that banks refused, oldest first."""
        found = reading(
            lambda: list(
                self._client.v1.charges.list(
                    params={"payment_intent": intent_id, "limit": PAGE}
                ).auto_paging_iter()
            )
        )
        return tuple(decline_facts(one) for one in reversed(found) if one.status == "failed")

    def start_refund(self, *, refund_id: UUID, intent_id: str, amount: Money) -> RefundFacts:
        """Send money back the way it came. The same refund is made once: its id is the key, for a day.

        A repeated answer is Stripe's stored one and may be out of date; `find_refund` is not.
        """
        try:
            refund = changing(
                lambda: self._client.v1.refunds.create(
                    params={
                        "payment_intent": intent_id,
                        "amount": amount.cents,
                        "metadata": {"refund": str(refund_id)},
                    },
                    options={"idempotency_key": f"refund-{refund_id}"},
                )
            )
        except Refused as refused:
            code = getattr(refused.__cause__, "code", None) or ""
            raise RefundDenied(NO_REFUND.get(code, NoRefund.OTHER), str(refused)) from refused
        return _refund_facts(refund)

    def find_refund(self, provider_id: str) -> RefundFacts:
        """What became of a refund, by Stripe's id."""
        return _refund_facts(reading(lambda: self._client.v1.refunds.retrieve(provider_id)))

    def refunds_of(self, intent_id: str) -> tuple[RefundFacts, ...]:
        """Every refund of one payment, ours or not, oldest first."""
        found = reading(
            lambda: list(
                self._client.v1.refunds.list(
                    params={"payment_intent": intent_id, "limit": 100}
                ).auto_paging_iter()
            )
        )
        return tuple(_refund_facts(refund) for refund in reversed(found))

    def find_dispute(self, provider_id: str) -> DisputeFacts:
        """What became of a dispute, by Stripe's id."""
        return dispute_facts(reading(lambda: self._client.v1.disputes.retrieve(provider_id)))

    def verify_event(self, *, body: bytes, signature: str) -> Notice:
        """What a genuine event is about; without a secret, none is genuine."""
        if not self._webhook_secret:
            raise ForgedMessage("no webhook secret is set")
        try:
            event = stripe.Webhook.construct_event(
                body, signature, self._webhook_secret, api_key=self._secret_key
            )
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise ForgedMessage("the signature is not Stripe's") from error
        return _notice(event)

    def missed_events(self, *, since: datetime) -> tuple[Notice, ...]:
        """Events whose webhook we have not taken, oldest first; Stripe keeps them for 30 days."""
        found = reading(
            lambda: list(
                self._client.v1.events.list(
                    params={
                        "delivery_success": False,
                        "created": {"gte": int(since.timestamp())},
                        "limit": PAGE,
                    }
                ).auto_paging_iter()
            )
        )
        return tuple(_notice(event) for event in reversed(found))

    def list_objects(
        self, *, kind: ObjectKind, since: datetime, until: datetime, after: str | None
    ) -> ObjectPage:
        """One page of what was made between two moments, newest first, from Stripe's own books.

        A refund or dispute comes as the notices that its events would have been.
        """
        made = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        wanted: dict[str, object] = {"created": made, "limit": PAGE}
        if after:
            wanted["starting_after"] = after
        if kind is ObjectKind.PAYMENTS:
            wanted["expand"] = ["data.latest_charge"]
        lists: dict[ObjectKind, Callable[..., stripe.ListObject[Any]]] = {
            ObjectKind.PAYMENTS: self._client.v1.payment_intents.list,
            ObjectKind.REFUNDS: self._client.v1.refunds.list,
            ObjectKind.DISPUTES: self._client.v1.disputes.list,
        }
        page = reading(lambda: lists[kind](params=wanted))
        following = page.data[-1].id if page.has_more and page.data else None
        if kind is ObjectKind.PAYMENTS:
            return ObjectPage(payments=tuple(map(intent_facts, page.data)), following=following)
        told = _refund_notices if kind is ObjectKind.REFUNDS else dispute_notices
        notices = tuple(notice for item in page.data for notice in told(item))
        return ObjectPage(notices=notices, following=following)


def _refund_notices(refund: stripe.Refund) -> Iterator[Notice]:
    """The events that Stripe makes of a refund, each about the object it would name."""
    yield _walked("refund.created", refund, refund.id)
    if refund.charge:
        yield _walked("charge.refunded", refund, str(id_of(refund.charge)))
    if refund.status == "failed":
        yield _walked("refund.failed", refund, refund.id)


def _walked(kind: str, item: stripe.Refund, about: str) -> Notice:
    """A notice whose id is the fact itself, so that walking over it again brings nothing new."""
    intent = id_of(item.payment_intent)
    return Notice(event_id=f"walk:{kind}:{item.id}", type=kind, object_id=about, intent_id=intent)


def _notice(event: stripe.Event) -> Notice:
    about = event.data.object
    is_intent = event.type.startswith("payment_intent.")
    intent = about["id"] if is_intent else field(about, "payment_intent")
    return Notice(
        event_id=event.id,
        type=event.type,
        object_id=str(field(about, "id") or ""),
        intent_id=intent if isinstance(intent, str) else None,
    )


def _refund_facts(refund: stripe.Refund) -> RefundFacts:
    intent = refund.payment_intent
    return RefundFacts(
        refund_id=our_id(field(refund.metadata, "refund")),
        provider_id=refund.id,
        intent_id=intent if isinstance(intent, str) else "",
        outcome=REFUND_OUTCOMES.get(refund.status or "", RefundOutcome.PENDING),
        amount=Money(refund.amount) if refund.currency == CURRENCY else None,
    )
