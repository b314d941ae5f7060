"""Refunds of patients' payments, and every step each of them took."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Refund(Base):
    """One refund; the page makes the id, `refund-{id}` is its key at the provider (payments.md).

    `requested_by_id` is empty for one that somebody made in the provider's own pages.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        # OPS-13, held by the database too: whoever asked for it may call it off, never approve it.
        CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined'", name="second_person"
        ),
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
