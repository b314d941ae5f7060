"""Batches of bills that are written off as bad debt, prepared by one person and approved by another (OPS-22)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

MOMENT = DateTime(timezone=True)


class BadDebtBatch(Base):
    """Bills that are decided about together."""

    __tablename__ = "bad_debt_batches"
    __table_args__ = (
        CheckConstraint("kind IN ('bad_debt', 'small_balance')", name="kind"),
        CheckConstraint("(prepared_by_id IS NULL) = (kind = 'small_balance')", name="preparer"),
        # The daily run proposes no second one while one waits.
        Index(
            "uq__bad_debt_batches__small",
            "kind",
            unique=True,
            postgresql_where=text("kind = 'small_balance' AND state = 'waiting'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the page on which it was prepared
    kind: Mapped[str] = mapped_column(default="bad_debt", server_default="bad_debt")
    state: Mapped[str]  # billing.bad_debt.BatchState
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # none: the run
    prepared_at: Mapped[datetime] = mapped_column(MOMENT, index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    decided_at: Mapped[datetime | None] = mapped_column(MOMENT)
    note: Mapped[str] = mapped_column(default="", server_default="")  # why it was declined


class BadDebtBill(Base):
    """One bill of a batch, with what the gate said of it; at most one that waits or stands for a bill."""

    __tablename__ = "bad_debt_bills"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        Index(
            "uq__bad_debt_bills__live",
            "visit_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("bad_debt_batches.id"), index=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    basis: Mapped[str]  # billing.bad_debt.Basis
    amount: Mapped[Money] = mapped_column("amount_cents")  # open as it was prepared
    state: Mapped[str]  # billing.bad_debt.BillState
    rule_ids: Mapped[list[str]] = mapped_column(ARRAY(String))  # of a no
    why: Mapped[str] = mapped_column(default="", server_default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    back_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    back_at: Mapped[datetime | None] = mapped_column(MOMENT)
    back_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
