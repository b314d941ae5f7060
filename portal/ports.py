"""What Kindbill asks of the outside world, in its own words; adapters answer, wiring chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from billing.money import Money


class GatewayError(Exception):
    """An outside service did not do what was asked."""


class Refused(GatewayError):
    """A definite no: nothing happened and asking again the same way is useless."""


class NotThere(Refused):
    """The provider has no object of that id."""


class OptedOut(Refused):
    """The phone's owner has told the carrier to stop our texts."""


class BadAddress(Refused):
    """Nobody reads mail at this address: a hard bounce at the moment of sending."""


class ForgedMessage(GatewayError):
    """A message that claims to come from a provider, and does not."""


class RetryLater(GatewayError):
    """Nothing happened; the same request may be repeated."""


class OutcomeUnknown(GatewayError):
    """It may or may not have happened: look it up, never repeat it blindly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message the provider took over, by its id there."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a provider says became of a message."""

    provider_id: str
    status: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text somebody sent to the practice's number.

    `answered` is true when the provider has replied by itself to a word like STOP: a second reply is one too many.
    """

    provider_id: str
    sender: str
    body: str
    attachments: int
    answered: bool


class SmsSender(Protocol):
    """Texts. The provider has no idempotency key, so an unknown outcome is looked up by `find`."""

    def send(self, *, to: str, body: str) -> Accepted: ...

    def find(self, *, to: str, body: str, since: datetime) -> Accepted | None: ...

    def verify_callback(self, *, form: Mapping[str, str], signature: str) -> Delivery: ...

    def verify_inbound(self, *, form: Mapping[str, str], signature: str) -> InboundText: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a mail server reported of one of our e-mails, by our own number of it."""

    message_id: int
    failed: bool  # given up; otherwise the server still tries
    status: str  # RFC 3463: 5.1.1 no such mailbox, 4.2.2 mailbox full
    bad_address: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that leaves with an e-mail; `kind` is its media type, `parameters` those of its Content-Type."""

    name: str
    kind: str
    data: bytes
    parameters: Mapping[str, str]


class EmailSender(Protocol):
    """Plain e-mails. `message_id` stays the same when one is sent again."""

    def send(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        message_id: str,
        attachment: Attachment | None = None,
    ) -> Accepted: ...

    def read_bounce(self, raw: bytes) -> Bounce: ...


class Outcome(StrEnum):
    """What the provider's own record of a payment says at the moment of asking."""

    OPEN = "open"  # the page waits for the patient, who may have been declined and try again
    NEEDS_ACTION = "needs_action"  # the patient's bank asks them something
    PROCESSING = "processing"  # a bank debit is on its way
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # a debit that had been on its way came back
    CLOSED = "closed"  # expired or canceled: nothing can be paid on it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """A payment as the provider knows it. `payment_id` is ours; None means that it is not ours."""

    payment_id: UUID | None
    outcome: Outcome
    amount: Money | None
    session_id: str | None = None
    checkout_url: str | None = None
    intent_id: str | None = None
    charge_id: str | None = None
    method: str = ""
    brand: str = ""
    last4: str = ""
    decline: str = ""  # the bank's code, when a saved way to pay was tried and refused
    method_id: str = ""  # of what it was paid with, at the provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """One try that a bank refused; nothing of the card."""

    provider_id: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """A card or bank account kept at the provider; without a customer it can never be used again."""

    provider_id: str
    customer_id: str | None
    kind: str  # card, us_bank_account
    funding: str = ""  # credit, debit, prepaid
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFacts:
    """The provider's page on which somebody adds a way to pay. `setup_id` is ours; None: not ours."""

    setup_id: UUID | None
    outcome: Outcome  # open, succeeded or closed
    session_id: str
    url: str | None = None
    method_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCharge:
    """A payment with a saved way to pay while the patient is away, in the words that never change for it.

    `usage` tells the card networks under which agreement it is drawn (PLAN-9); `again` marks a bank debit
    that came back before (PLAN-10).
    """

    payment_id: UUID
    amount: Money
    customer_id: str
    method_id: str
    kind: str
    usage: str  # recurring, installment
    again: bool = False


class RefundOutcome(StrEnum):
    """What the provider's own record of a refund says at the moment of asking."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the card's bank sent it back, or it was canceled: the money is ours again


class NoRefund(StrEnum):
    """Why the provider will not make a refund."""

    DISPUTED = "disputed"
    NOTHING_LEFT = "nothing_left"
    OTHER = "other"


class RefundDenied(Refused):
    """A definite no to a refund: nothing was made."""

    def __init__(self, why: NoRefund, words: str) -> None:
        super().__init__(words)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """A refund as the provider knows it. `refund_id` is ours; None means that we did not ask for it."""

    refund_id: UUID | None
    provider_id: str
    intent_id: str
    outcome: RefundOutcome
    amount: Money | None


class DisputeOutcome(StrEnum):
    """What the provider's own record of a dispute says at the moment of asking."""

    OPEN = "open"  # the bank still decides
    WON = "won"  # decided for us, or closed before any money moved
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeMove:
    """One line of the provider's books: below zero the bank took money, above zero it gave it back.

    `fee` is what the provider keeps for it beside the amount; below zero it is given back.
    """

    provider_id: str
    category: str  # the reporting category: dispute, dispute_reversal
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """A dispute as the provider knows it, with every movement of money so far, oldest first."""

    provider_id: str
    intent_id: str
    outcome: DisputeOutcome
    amount: Money | None
    moves: tuple[DisputeMove, ...]
    standing: str  # needs_response, under_review ...; warning_ before it while a bank only asks
    due_by: datetime | None
    bank_reason: str
    evidence_id: UUID | None  # ours: the answer that the bank was given last


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A genuine event: what it is about, not what became of it. That is asked for anew."""

    event_id: str
    type: str
    object_id: str
    intent_id: str | None  # the payment that a charge, refund or dispute belongs to


class ObjectKind(StrEnum):
    """What a provider lists of its own books, apart from its events."""

    PAYMENTS = "payments"
    REFUNDS = "refunds"
    DISPUTES = "disputes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPage:
    """One page of such a list: payments as they are now, or what refunds and disputes are about."""

    payments: tuple[PaymentFacts, ...] = ()
    notices: tuple[Notice, ...] = ()
    following: str | None  # where the next page begins; None at the end


class SavedMethods(Protocol):
    """Ways to pay that the provider keeps for us, and payments with them while the patient is away."""

    def make_customer(self, reference: UUID) -> str: ...

    def start_setup(
        self, *, setup_id: UUID, customer_id: str, back: str, expires_at: datetime
    ) -> SetupFacts: ...

    def find_setup(self, session_id: str) -> SetupFacts: ...

    def find_method(self, method_id: str) -> MethodFacts: ...

    def detach_method(self, method_id: str) -> None: ...

    def charge_saved(self, charge: SavedCharge) -> PaymentFacts: ...

    def search_saved(
        self, *, payment_id: UUID, customer_id: str, started_at: datetime
    ) -> PaymentFacts | None: ...


class PaymentGateway(SavedMethods, Protocol):
    """Card and bank payments on the provider's own page; no card number ever comes to us (PCI-1)."""

    def start_checkout(
        self,
        *,
        payment_id: UUID,
        amount: Money,
        expires_at: datetime,
        bank_only: bool = False,
        save_for: str | None = None,
    ) -> PaymentFacts: ...

    def find_checkout(self, session_id: str) -> PaymentFacts: ...

    def search_checkout(self, *, payment_id: UUID, started_at: datetime) -> PaymentFacts | None: ...

    def expire_checkout(self, session_id: str) -> PaymentFacts: ...

    def find_payment(self, intent_id: str) -> PaymentFacts: ...

    def declines_of(self, intent_id: str) -> tuple[Declined, ...]: ...

    def start_refund(self, *, refund_id: UUID, intent_id: str, amount: Money) -> RefundFacts: ...

    def find_refund(self, provider_id: str) -> RefundFacts: ...

    def refunds_of(self, intent_id: str) -> tuple[RefundFacts, ...]: ...

    def find_dispute(self, provider_id: str) -> DisputeFacts: ...

    def verify_event(self, *, body: bytes, signature: str) -> Notice: ...

    def missed_events(self, *, since: datetime) -> tuple[Notice, ...]: ...

    def list_objects(
        self, *, kind: ObjectKind, since: datetime, until: datetime, after: str | None
    ) -> ObjectPage: ...


class DocumentStore(Protocol):
    """Encrypted files by an opaque key."""

    def put(self, content: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...

    def rotate_all(self) -> int: ...


class PdfPrinter(Protocol):
    """Prints a named layout with plain data as a tagged PDF."""

    def print(self, layout: str, data: Mapping[str, Any]) -> bytes: ...
