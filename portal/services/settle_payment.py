"""Find out what became of a payment by asking the provider; it is never charged again blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from billing.transitions import PaymentState
from portal.db import read_only, transaction
from portal.models.payments import LIVE_STATES, PAGE_OPEN, Payment
from portal.ports import (
    GatewayError,
    Outcome,
    OutcomeUnknown,
    PaymentFacts,
    PaymentGateway,
    Refused,
    SavedCharge,
)
from portal.queries.payments import PaymentRow, payment_status
from portal.queries.saved_charge import saved_charge
from portal.queries.viewer import PayerViewer, Viewer
from portal.services.ask_saved_charge import ask_saved_charge
from portal.services.keep_while_paying import save_for
from portal.services.record_payment import Recorded, lock_payment, record_payment
from portal.services.refusal import NotFound

KEY_LIVES = timedelta(hours=23)  # the provider keeps keys for a day


@dataclass(frozen=True, slots=True)
class Settled:
    """What the provider said, if it could be asked."""

    facts: PaymentFacts | None


class Standing(StrEnum):
    """What a patient is told of a payment."""

    OPEN = "open"  # the provider's page still waits: nothing was charged
    CHECKING = "checking"  # nobody knows yet
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PaymentStanding:
    """A payment and what may truly be said of it."""

    payment: PaymentRow
    standing: Standing


def settle_payment(
    *, payment_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> Settled:
    """Ask and record. A provider that cannot be reached raises; then the payment is marked as unanswered."""
    with read_only() as session:
        payment = session.get(Payment, payment_id)
        charge = saved_charge(session, payment) if payment else None
        customer = save_for(session, payment) if payment else None
    if payment is None:
        raise NotFound
    if payment.state not in LIVE_STATES:
        return Settled(None)
    try:
        facts = (
            _ask(payment, customer, gateway, now)
            if charge is None
            else _ask_saved(payment, charge, gateway, now)
        )
    except GatewayError:
        _mark_unanswered(payment_id, now)
        raise
    keep_facts(facts, public_url=public_url, now=now)
    return Settled(facts)


def _mark_unanswered(payment_id: UUID, now: datetime) -> None:
    """From now on every page says that we are checking, until the provider answers (payments.md rule 5)."""
    with transaction() as session:
        payment = lock_payment(session, payment_id)
        if payment is not None and payment.state in LIVE_STATES and payment.lease_until is None:
            payment.lease_until = now


def keep_facts(facts: PaymentFacts, *, public_url: str, now: datetime) -> Recorded:
    """Record what the provider said, in a transaction of its own."""
    with transaction() as session:
        return record_payment(session, facts, public_url=public_url, now=now)


def payment_standing(
    *,
    viewer: Viewer | PayerViewer,
    payment_id: UUID,
    gateway: PaymentGateway,
    public_url: str,
    now: datetime,
) -> PaymentStanding:
    """The truth for the patient's page: asked of the provider now, and unknown where it is unknown."""
    if payment_status(viewer, payment_id) is None:
        raise NotFound
    try:
        facts = settle_payment(
            payment_id=payment_id, gateway=gateway, public_url=public_url, now=now
        ).facts
    except GatewayError:
        facts = None
    row = payment_status(viewer, payment_id)
    if row is None:
        raise NotFound
    waits = facts is not None and facts.outcome in {Outcome.OPEN, Outcome.NEEDS_ACTION}
    if row.live and row.state != PaymentState.PROCESSING:
        return PaymentStanding(row, Standing.OPEN if waits else Standing.CHECKING)
    return PaymentStanding(row, Standing(row.state))


def _ask(
    payment: Payment, customer: str | None, gateway: PaymentGateway, now: datetime
) -> PaymentFacts:
    if payment.session_id:
        return gateway.find_checkout(payment.session_id)
    certain = now - payment.created_at >= KEY_LIVES
    if not certain:
        try:
            # Under its own key this asks again for the page made before, or makes the first one.
            again = gateway.start_checkout(
                payment_id=payment.id,
                amount=payment.amount,
                expires_at=payment.created_at + PAGE_OPEN,
                bank_only=payment.bank_only,
                save_for=customer,
            )
            return gateway.find_checkout(again.session_id or "")
        except Refused:
            certain = True  # a page made before would have been given again
        except OutcomeUnknown:
            pass
    found = gateway.search_checkout(payment_id=payment.id, started_at=payment.created_at)
    if found is None and not certain:
        raise OutcomeUnknown("the page may still appear in the provider's list")
    return found or nothing_there(payment.id)


def _ask_saved(
    payment: Payment, charge: SavedCharge, gateway: PaymentGateway, now: datetime
) -> PaymentFacts:
    found = ask_saved_charge(payment, charge, gateway=gateway, key_lives=KEY_LIVES, now=now)
    return found or nothing_there(payment.id)


def nothing_there(payment_id: UUID) -> PaymentFacts:
    """Proven absent: the provider never made a page, so nobody can have paid on it."""
    return PaymentFacts(payment_id=payment_id, outcome=Outcome.CLOSED, amount=None)
