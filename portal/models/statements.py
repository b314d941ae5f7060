"""Statements as sent, their lines, their deliveries, and the enrolment codes printed on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Statement(Base):
    """One frozen statement: `content` is what page and PDF both print, `content_hash` proves it."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("guarantor_account_id", "cycle_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # 2026-0142
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    cycle_on: Mapped[date]
    cut_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # AccountBalance.position when cut: the ledger up to that posting must always give these lines,
    # whatever clock a demo or a late file lives by.
    ledger_position: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date]
    amount_due: Mapped[Money] = mapped_column("amount_due_cents")
    previous_balance: Mapped[Money] = mapped_column("previous_balance_cents")
    layout_version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str]


class StatementLine(Base):
    """What one charge owed when the statement was cut; the ledger must still say so as of then."""

    __tablename__ = "statement_lines"
    __table_args__ = (UniqueConstraint("statement_id", "charge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")  # asked for
    # Owed in the ledger, shown, and not asked for: the patient disputed it then (CORE-6).
    disputed: Mapped[Money] = mapped_column("disputed_cents", default=Money(0), server_default="0")


class StatementDelivery(Base):
    """One sending: paper in a mail batch, or electronic with consent. The first sets D0 (CORE-3)."""

    __tablename__ = "statement_deliveries"
    __table_args__ = (UniqueConstraint("statement_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    channel: Mapped[str]  # paper, email
    batch: Mapped[str] = mapped_column(default="")
    # DocumentStore key: as sent, without its code; empty until the patient first asks for it.
    document: Mapped[str] = mapped_column(default="")
    delivered_on: Mapped[date]
    returned_on: Mapped[date | None]  # came back: this one set no D0 (CORE-3)
    due_on: Mapped[date | None]  # later than the statement says: paper for an e-mail that came back


class PaperCopy(Base):
    """A patient asked for a free paper copy: printed by the next day's run (MSG-24)."""

    __tablename__ = "paper_copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), unique=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EnrolmentCode(Base):
    """A printed code: hashed, single use, 30 days (ID-2)."""

    __tablename__ = "enrolment_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    code_hash: Mapped[str] = mapped_column(
        unique=True
    )  # keyed, so that a stolen table opens nothing
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
