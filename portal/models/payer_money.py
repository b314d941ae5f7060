"""Takebacks that a person matched to their claim, and our checks to payers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by


class TakebackMatch(Base):
    """One part of a takeback under one claim; taken back by a reversing entry, never edited."""

    __tablename__ = "takeback_matches"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        Index("ix__takeback_matches__payer_id_reference", "payer_id", "reference"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the page it was made on
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))
    reference: Mapped[str]  # PLB03-2
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    note: Mapped[str]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    undone_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    undone_why: Mapped[str] = mapped_column(default="", server_default="")


class PayerRefund(Base):
    """Our check to a payer: asked for, approved by another person, written; void when it never arrived (OPS-13)."""

    __tablename__ = "payer_refunds"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        # OPS-13: whoever asked for it may call it off, never approve it.
        CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined' OR alone_log_id IS NOT NULL",
            name="second_person",
        ),
        *alone_by("payer_refunds", "decided_by_id"),
        Index(
            "uq__payer_refunds__number",
            "number",
            unique=True,
            postgresql_where=text("number <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    reference: Mapped[str]  # the payer's own, so that its 72 and WO find it
    amount: Mapped[Money] = mapped_column("amount_cents")
    note: Mapped[str]
    federal: Mapped[bool]  # Medicare or Medicaid: the clock of OPS-21 runs
    identified_on: Mapped[date]
    investigation: Mapped[str] = mapped_column(default="", server_default="")
    suspended_on: Mapped[date | None]
    resumed_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(index=True)  # billing.transitions.CheckState
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    answer: Mapped[str] = mapped_column(default="", server_default="")  # why declined or void
    number: Mapped[str] = mapped_column(default="", server_default="")
    written_on: Mapped[date | None]
    cleared_on: Mapped[date | None]  # by a line of the bank, or by a person who saw one
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
