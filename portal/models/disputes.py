"""Disputes of patients' payments: the bank took the money back, and somebody decides what follows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Dispute(Base):
    """One dispute, by the provider's id. The amounts are what its entries moved, in cents."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    withdrawn: Mapped[Money] = mapped_column("withdrawn_cents", default=Money(0))
    returned: Mapped[Money] = mapped_column("returned_cents", default=Money(0))
    fee: Mapped[Money] = mapped_column("fee_cents", default=Money(0))  # less what was given back
    state: Mapped[str]  # billing.transitions.DisputeState
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # billing.disputes.Decision; empty while nobody decided, or when the money came back after all
    decision: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
