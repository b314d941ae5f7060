"""The append-only double-entry ledger; triggers in migration 0001 hold what these classes promise."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from billing.money import Money
from portal.db import Base


class XactId(UserDefinedType[int]):
    """PostgreSQL's xid8: which transaction wrote the row."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


class LedgerAccount(Base):
    """One account of the chart in billing.ledger.Account."""

    __tablename__ = "ledger_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)


class JournalEntry(Base):
    """One business event; balanced at COMMIT or not there at all."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix__journal_entries__occurred_on", "occurred_on"),
        Index("ix__journal_entries__recorded_xid", "recorded_xid"),
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, server_default=text("gen_random_uuid()")
    )
    kind: Mapped[str]
    source_ref: Mapped[str] = mapped_column(unique=True)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    occurred_on: Mapped[date]
    memo: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    recorded_xid: Mapped[int] = mapped_column(XactId(), server_default=text("pg_current_xact_id()"))


class PostingRow(Base):
    """One leg of an entry; amounts are positive, the side says which way."""

    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("side IN ('debit', 'credit')", name="side"),
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        Index("ix__postings__entry", "entry_id"),
        Index("ix__postings__account_charge", "account_id", "charge_id"),
        Index("ix__postings__guarantor", "guarantor_account_id", "account_id"),
        Index("ix__postings__visit", "visit_id"),
        Index("ix__postings__claim", "claim_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entries.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    side: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    guarantor_account_id: Mapped[int | None] = mapped_column(ForeignKey("guarantor_accounts.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))
    reference: Mapped[str | None]  # PLB03-2, or the claim a suspense leg waits for
