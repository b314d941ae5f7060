"""What somebody said that they would pay, and by which day: it takes no money, and the ledger says whether it was kept."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

MOMENT = DateTime(timezone=True)


class Promise(Base):
    """One promise; at most one of an account is open."""

    __tablename__ = "promises"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        CheckConstraint("state IN ('open', 'kept', 'broken', 'withdrawn')", name="state_known"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_whole"),
        Index(
            "uq__promises__open",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix__promises__account", "guarantor_account_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the page
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    amount: Mapped[Money] = mapped_column("amount_cents")
    pay_by: Mapped[date]
    promised_by: Mapped[str]  # who said so
    note: Mapped[str] = mapped_column(default="", server_default="")
    made_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    state: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # none: the day's run
    end_reason: Mapped[str] = mapped_column(default="", server_default="")
