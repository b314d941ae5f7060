"""Refunds of patients' payments, and every step each of them took."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by


class Refund(Base):
    """One refund; the page makes the id, `refund-{id}` is its key at the provider (payments.md).

    `requested_by_id` is empty for one that somebody made in the provider's own pages.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        # OPS-13, held by the database too: whoever asked for it may call it off, never approve it.
        CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined' OR alone_log_id IS NOT NULL",
            name="second_person",
        ),
        *alone_by("refunds", "decided_by_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    reason: Mapped[str]  # billing.refunds.RefundReason
    note: Mapped[str]
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"))  # else in order
    state: Mapped[str]
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Set while the provider owes us an answer: the moment from which on the sweep asks again.
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    failure: Mapped[str] = mapped_column(default="")  # our words, safe to show to staff
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)


class RefundStep(Base):
    """One change of state, by whom and why; never edited."""

    __tablename__ = "refund_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id"), index=True)
    state: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the provider
    note: Mapped[str] = mapped_column(default="")


class CheckRefund(Base):
    """One refund by check: of a payment whose way back is closed, or of the account's credit (OPS-20).

    It posts when it is written, with its number and date; a voided one is reversed.
    """

    __tablename__ = "check_refunds"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        # OPS-13: whoever asked for it may call it off, never approve it.
        CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined' OR alone_log_id IS NOT NULL",
            name="second_person",
        ),
        *alone_by("check_refunds", "decided_by_id"),
        CheckConstraint(
            "(number <> '') = (state IN ('written', 'cleared', 'voided'))", name="written_by_number"
        ),
        Index(
            "uq__check_refunds__number",
            "number",
            unique=True,
            postgresql_where=text("number <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    reason: Mapped[str]  # billing.refunds.RefundReason
    note: Mapped[str]
    payee: Mapped[str]
    address: Mapped[list[str]] = mapped_column(JSONB)  # where it was mailed; empty until written
    due_on: Mapped[date]  # to be sent by
    state: Mapped[str]  # billing.transitions.CheckState
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    number: Mapped[str] = mapped_column(default="", server_default="")
    written_on: Mapped[date | None]
    cleared_on: Mapped[date | None]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)


class CheckStep(Base):
    """One change of state of a check, by whom and why; never edited."""

    __tablename__ = "check_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("check_refunds.id"), index=True)
    state: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    note: Mapped[str] = mapped_column(default="", server_default="")
