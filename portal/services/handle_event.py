"""Handle one stored event: fetch its objects anew, then move payment, refunds and dispute, each in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.db import read_only, transaction
from portal.models.payments import InboundEvent, Payment
from portal.ports import DisputeFacts, PaymentFacts, PaymentGateway, RefundFacts, Refused
from portal.services.keep_method import keep_setup
from portal.services.note_declines import note_declines
from portal.services.open_work import open_work
from portal.services.record_dispute import keep_dispute
from portal.services.record_refund import keep_refund
from portal.services.refresh_method import refresh_method
from portal.services.settle_payment import keep_facts

REFUND_EVENTS = ("charge.refund", "refund.")
DECLINED = "payment_intent.payment_failed"
DISPUTE_EVENTS = "charge.dispute"
METHOD_EVENTS = "payment_method."
PAGE_EVENTS = "checkout.session."
DISPUTE = "charge.dispute.created"
# Made by a bank, or about a payment that is not in our books: a person takes these up.
FOR_A_PERSON = {
    DISPUTE: "A payment that is not in our books is disputed by the card's bank.",
    "charge.refunded": "A payment that is not in our books was refunded.",
}


def handle_event(*, event_id: int, gateway: PaymentGateway, public_url: str, now: datetime) -> str:
    """Returns what was done: moved, unchanged, late, mismatch, not_ours, work_item or ignored."""
    with read_only() as session:
        event = session.get_one(InboundEvent, event_id)
    if event.done_at is not None:
        return event.outcome
    try:
        if event.type.startswith(METHOD_EVENTS):
            outcome = refresh_method(
                provider_id=event.object_id, gateway=gateway, public_url=public_url, now=now
            )
            return _close(event_id, outcome, now)
        facts, refunds = _fetch(event, gateway), _fetch_refunds(event, gateway)
        dispute = _fetch_dispute(event, gateway)
    except Refused:
        return _close(event_id, "not_found", now)
    if facts is None:
        return _close(event_id, "ignored", now)
    if facts.payment_id is None and event.type.startswith(PAGE_EVENTS):
        kept = keep_setup(
            session_id=event.object_id, gateway=gateway, public_url=public_url, now=now
        )
        return _close(event_id, kept, now)
    # The payment first: a refund of one that we had not heard of yet finds it in the books.
    outcome = keep_facts(facts, public_url=public_url, now=now).outcome
    ours = outcome != "not_ours"
    if ours and event.type == DECLINED and facts.payment_id is not None:
        note_declines(payment_id=facts.payment_id, gateway=gateway, public_url=public_url, now=now)
    told = [keep_refund(refund, public_url=public_url, now=now).outcome for refund in refunds]
    if refunds:
        outcome = "moved" if "moved" in told else told[-1]
    if dispute is not None:
        outcome = keep_dispute(dispute, public_url=public_url, now=now)
        told.append(outcome)
    unknown = event.type in FOR_A_PERSON and "not_ours" in told
    with transaction() as session:
        if ours and unknown:
            outcome = _open_work(session, event, facts, now)
        _finish(session, event_id, outcome, now)
    return outcome


def _fetch(event: InboundEvent, gateway: PaymentGateway) -> PaymentFacts | None:
    """The object as it is now; events say only where to look."""
    if event.type.startswith(PAGE_EVENTS):
        return gateway.find_checkout(event.object_id)
    intent_id = event.payload.get("intent_id")
    if intent_id and event.type.startswith(("payment_intent.", "charge.", "refund.")):
        return gateway.find_payment(intent_id)
    return None


def _fetch_refunds(event: InboundEvent, gateway: PaymentGateway) -> tuple[RefundFacts, ...]:
    """Every refund of the payment as it is now; the event names but one."""
    intent_id = event.payload.get("intent_id")
    if intent_id and event.type.startswith(REFUND_EVENTS):
        return gateway.refunds_of(intent_id)
    return ()


def _fetch_dispute(event: InboundEvent, gateway: PaymentGateway) -> DisputeFacts | None:
    if event.type.startswith(DISPUTE_EVENTS):
        return gateway.find_dispute(event.object_id)
    return None


def _open_work(session: Session, event: InboundEvent, facts: PaymentFacts, now: datetime) -> str:
    payment = session.get(Payment, facts.payment_id)
    open_work(
        session,
        key=f"stripe:{event.type}:{event.object_id}",
        kind="card_dispute" if "dispute" in event.type else "card_refund",
        reasons=[FOR_A_PERSON[event.type]],
        next_step="Look at the payment in the card company's pages and write down the outcome.",
        amount=facts.amount or ZERO,
        account_id=payment.guarantor_account_id if payment else None,
        now=now,
    )
    return "work_item"


def _close(event_id: int, outcome: str, now: datetime) -> str:
    with transaction() as session:
        _finish(session, event_id, outcome, now)
    return outcome


def _finish(session: Session, event_id: int, outcome: str, now: datetime) -> None:
    event = session.get_one(InboundEvent, event_id)
    event.outcome, event.done_at = outcome, now
