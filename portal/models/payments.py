"""Payments by patients, how they were split, the provider's events, and the practice's own receipts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

PAGE_OPEN = timedelta(minutes=45)  # how long a patient has on the provider's page
LIVE_STATES = ("created", "submitting", "requires_action", "processing")
_LIVE = "state IN ('created', 'submitting', 'requires_action', 'processing')"


class Payment(Base):
    """One attempt to pay; the page makes the id, `pay-{id}` is its key at the provider (payments.md)."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        Index(
            "uq__payments__one_live",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text(_LIVE),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    text_link_id: Mapped[int | None] = mapped_column(
        ForeignKey("text_links.id"), index=True
    )  # paid by somebody who came by a text, without a sign-in
    pay_link_id: Mapped[int | None] = mapped_column(ForeignKey("pay_links.id"), index=True)
    # Started by somebody who acted for the patient: `login_id` is that person's.
    proxy_grant_id: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))
    # Counts toward this plan's instalments.
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"), index=True)
    # Paid before a booked visit: kept apart as a prepayment until its bill comes (SCH-12).
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    # Drawn by us with a saved way to pay, while the patient was away; both or none.
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey("drafts.id"), index=True)
    payment_method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_methods.id"))
    amount: Mapped[Money] = mapped_column("amount_cents")
    scope: Mapped[str]  # all, bill, lines, own_amount, ahead
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))  # scope bill, ahead
    charge_ids: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), default=list, server_default="{}"
    )  # scope lines
    split: Mapped[bool] = mapped_column(default=False, server_default=false())  # a part of it
    bank_only: Mapped[bool] = mapped_column(default=False, server_default=false())  # PLAN-18
    request_hash: Mapped[str]  # the same id with other wishes is refused
    state: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # Set while the provider owes us an answer: the moment from which on the sweep asks again.
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    session_id: Mapped[str | None] = mapped_column(unique=True)
    intent_id: Mapped[str | None] = mapped_column(unique=True)
    charge_id: Mapped[str | None] = mapped_column(unique=True)  # the provider's, ch_ or py_
    method: Mapped[str] = mapped_column(default="")  # card, us_bank_account
    brand: Mapped[str] = mapped_column(default="")
    last4: Mapped[str] = mapped_column(default="", index=True)
    failure: Mapped[str] = mapped_column(default="")  # our words, safe to show
    decline: Mapped[str] = mapped_column(default="", server_default="")  # the bank's code
    receipt_number: Mapped[str | None] = mapped_column(unique=True)
    succeeded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    # When the walk over the provider's own list first met it there.
    walked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaymentAllocation(Base):
    """Which charge a payment settled, by how much (STMT-21)."""

    __tablename__ = "payment_allocations"
    __table_args__ = (UniqueConstraint("payment_id", "charge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")


class CardDecline(Base):
    """One try that a bank refused, by the provider's id of it; nothing of the card is kept (PCI-1)."""

    __tablename__ = "card_declines"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)  # of the failed charge
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    code: Mapped[str]  # the bank's word: generic_decline, insufficient_funds ...
    declined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class InboundEvent(Base):
    """The webhook inbox: verified, stored once by event id, handled by a job."""

    __tablename__ = "inbound_events"
    __table_args__ = (UniqueConstraint("provider", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]  # stripe, twilio
    event_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(default="")


class EventLook(Base):
    """How far a provider's list of undelivered events has been read."""

    __tablename__ = "event_looks"

    provider: Mapped[str] = mapped_column(primary_key=True)
    seen_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ObjectWalk(Base):
    """How far the provider's own list of one kind of object has been walked.

    `walked_until` is the end of the last whole walk. A walk under way has `until`; `cursor` is where
    its next page begins.
    """

    __tablename__ = "object_walks"

    provider: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    walked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cursor: Mapped[str | None]


class ForeignObject(Base):
    """Something at the card company that our records do not know: listed for a person, never posted.

    `why` is `not_ours` where nothing of ours is on it, `no_record` where our own mark leads nowhere.
    """

    __tablename__ = "foreign_objects"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # payment, refund, dispute
    why: Mapped[str]
    state: Mapped[str] = mapped_column(default="")  # as the card company says
    amount: Mapped[Money | None] = mapped_column("amount_cents")
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class ReceiptBatch(Base):
    """Checks and cash that somebody counted and entered together; written once, when they were posted."""

    __tablename__ = "receipt_batches"
    __table_args__ = (CheckConstraint("total_cents > 0", name="total_above_zero"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the page
    received_on: Mapped[date]
    total: Mapped[Money] = mapped_column("total_cents")  # as counted: the rows make it
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class PracticeReceipt(Base):
    """Money the practice took itself: one row of its receipts file, or of the desk (posting.md)."""

    __tablename__ = "practice_receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    received_on: Mapped[date]
    method: Mapped[str]
    kind: Mapped[str]  # copay, balance, deposit
    amount: Mapped[Money] = mapped_column("amount_cents")
    reverses_receipt_id: Mapped[str | None]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    # Of a batch that staff entered; empty for a row of a file.
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipt_batches.id"), index=True)
    # Of a check its number, of a card at the terminal its approval; never a card number (PCI-5).
    check_number: Mapped[str] = mapped_column(default="", server_default="", index=True)
