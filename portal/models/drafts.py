"""Money that is to be drawn on a day, by autopay or for an instalment of a plan."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

WAITING_STATES = ("scheduled", "noticed", "failed")  # may still be drawn, once `next_try_on` comes


class Draft(Base):
    """One amount to draw; each try to draw it is a payment of its own, which points here.

    `signed` is what was agreed to in figures; whatever is above it needs a notice (PLAN-6).
    """

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("autopay_id", "month"),
        Index(
            "uq__drafts__one_live_an_instalment",
            "plan_id",
            "instalment_number",
            unique=True,
            postgresql_where=text("state NOT IN ('stopped', 'skipped')"),
        ),
        Index(
            "ix__drafts__due",
            "next_try_on",
            postgresql_where=text("state IN ('scheduled', 'noticed', 'failed')"),
        ),
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        CheckConstraint("(autopay_id IS NULL) <> (plan_id IS NULL)", name="one_cause"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    authorisation_id: Mapped[int] = mapped_column(
        ForeignKey("payment_authorisations.id"), index=True
    )
    autopay_id: Mapped[int | None] = mapped_column(ForeignKey("autopays.id"))
    month: Mapped[date | None]  # autopay: the first of the month it is for
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    instalment_number: Mapped[int | None]
    due_on: Mapped[date]  # a business day (PLAN-13)
    amount: Mapped[Money] = mapped_column("amount_cents")  # the most that is drawn
    signed: Mapped[Money] = mapped_column("signed_cents")
    # scheduled, noticed, charging, paid, failed, stopped, skipped: billing.transitions.DRAFT
    state: Mapped[str]
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_try_on: Mapped[date | None]
    try_number: Mapped[int] = mapped_column(default=0, server_default="0")  # tries so far
    first_tried_on: Mapped[date | None]
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    notice_message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))
    noticed_on: Mapped[date | None]
    reminder_message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))
    reminded_on: Mapped[date | None]
    failure: Mapped[str] = mapped_column(default="", server_default="")  # the bank's code, or ours
