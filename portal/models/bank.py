"""What the bank's own files say: each file, each line of it once, and which column of a CSV is which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class BankFileRow(Base):
    """A file between its preview and its import. `lines` is what was read of it, as the page showed it."""

    __tablename__ = "bank_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    format: Mapped[str] = mapped_column(default="")  # bai2, ofx, csv; empty while columns are asked
    stored_as: Mapped[str]  # key in the DocumentStore
    header: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))  # of a CSV to name columns of
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the command
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    imported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fresh: Mapped[int] = mapped_column(default=0)  # lines that no earlier file had


class BankLineRow(Base):
    """One line of the bank's statement, kept once however many exports carry it; never changed."""

    __tablename__ = "bank_lines"
    __table_args__ = (CheckConstraint("amount_cents <> 0", name="amount_not_zero"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(unique=True)  # billing.bank_lines.identities
    file_id: Mapped[UUID] = mapped_column(ForeignKey("bank_files.id"), index=True)
    position: Mapped[str]
    account_last4: Mapped[str]
    posted_on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")  # below zero: money that left
    reference: Mapped[str]
    text: Mapped[str]
    trace: Mapped[str]  # of its addenda


class BankLayout(Base):
    """Which heading of a CSV means what, remembered by the whole row of headings."""

    __tablename__ = "bank_layouts"

    header: Mapped[str] = mapped_column(primary_key=True)  # joined by tabs
    columns: Mapped[dict[str, str]] = mapped_column(JSONB)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DepositBatch(Base):
    """A batch of receipts, or its part of one method, that stands in one line of the bank."""

    __tablename__ = "deposit_batches"
    __table_args__ = (CheckConstraint("part IN ('', 'cash', 'check', 'card')", name="part_known"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("receipt_batches.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True, server_default="")  # empty: the whole
    deposit_id: Mapped[int] = mapped_column(ForeignKey("bank_deposits.id"), index=True)
