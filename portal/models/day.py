"""The books of a day: payouts of the card company with their lines, deposits at the bank, explanations and closes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Payout(Base):
    """What the card company paid to the practice's bank, posted when it arrived."""

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    arrives_on: Mapped[date] = mapped_column(index=True)
    automatic: Mapped[bool]
    status: Mapped[str]  # pending, in_transit, paid, failed, canceled
    fetched_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))


class PayoutLineRow(Base):
    """One line of a payout as the card company listed it; never changed."""

    __tablename__ = "payout_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payouts.id"), index=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    fee: Mapped[Money] = mapped_column("fee_cents")
    net: Mapped[Money] = mapped_column("net_cents")
    source_id: Mapped[str] = mapped_column(default="", index=True)


class ClearingLine(Base):
    """One line of the card company's balance, seen when it was made; never changed.

    It is paid out once a `payout_lines` row of the same id belongs to a payout that was posted.
    """

    __tablename__ = "clearing_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    fee: Mapped[Money] = mapped_column("fee_cents")
    net: Mapped[Money] = mapped_column("net_cents")
    source_id: Mapped[str] = mapped_column(default="", index=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class BankDeposit(Base):
    """Money that stands on the bank's statement, typed or from its file, with what it answers (OPS-10).

    Below zero it left the bank. Amount, day and trace never change; what it answers may, while its day is open.
    """

    __tablename__ = "bank_deposits"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount_not_zero"),
        UniqueConstraint("form_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID]  # of the page it was entered on: the same page enters it once
    bank_line_id: Mapped[int | None] = mapped_column(ForeignKey("bank_lines.id"), unique=True)
    deposited_on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    trace: Mapped[str] = mapped_column(default="")  # TRN02, as the bank prints it
    remittance_id: Mapped[int | None] = mapped_column(ForeignKey("remittances.id"), unique=True)
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payouts.id"), unique=True)
    check_refund_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("check_refunds.id"), unique=True
    )
    payer_refund_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("payer_refunds.id"), unique=True
    )
    agency_remittance_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agency_remittances.id"), unique=True
    )
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    matches: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was matched
    # A match was taken back: no rule matches it again, a person does.
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    matched_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: by rule
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: a file's
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CashCount(Base):
    """One person's count of the cash drawer at the end of a day; never changed, only counted again (OPS-12)."""

    __tablename__ = "cash_counts"
    __table_args__ = (
        CheckConstraint("total_cents >= 0 AND float_cents >= 0", name="not_below_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(unique=True)
    day: Mapped[date] = mapped_column(index=True)
    total: Mapped[Money] = mapped_column("total_cents")
    float_kept: Mapped[Money] = mapped_column("float_cents")
    pieces: Mapped[dict[str, int]] = mapped_column(JSONB)  # notes by value in cents; coins in cents
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DayExplanation(Base):
    """Why a difference of a day is right as it stands; counts only while the difference is this amount."""

    __tablename__ = "day_explanations"
    __table_args__ = (Index("ix__day_explanations__day", "day", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    key: Mapped[str]  # of the difference: remittance:12, deposit:3, payout_line:9
    amount: Mapped[Money] = mapped_column("amount_cents")
    note: Mapped[str]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DayClose(Base):
    """A day that was closed, with its figures as they were; reopened by a manager with a reason."""

    __tablename__ = "day_closes"
    __table_args__ = (
        Index(
            "uq__day_closes__closed",
            "day",
            unique=True,
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reopened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    reopen_reason: Mapped[str] = mapped_column(default="")
