"""Paper EOBs as people type them, in batches with a control total, with what was scanned."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class EobBatch(Base):
    """Insurance payments counted together: nothing of it posts until count and total agree (OPS-12)."""

    __tablename__ = "eob_batches"
    __table_args__ = (
        CheckConstraint("checks > 0", name="some_checks"),
        CheckConstraint("total_cents >= 0", name="total_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    received_on: Mapped[date] = mapped_column(index=True)
    checks: Mapped[int]
    total: Mapped[Money] = mapped_column("total_cents")
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(default=1)


class EobEntry(Base):
    """One EOB with its check: a draft until its remittance is posted, and then never changed."""

    __tablename__ = "eob_entries"
    __table_args__ = (
        Index("ix__eob_entries__number", "number"),
        Index("ix__eob_entries__drafts", "batch_id", postgresql_where=text("state = 'draft'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("eob_batches.id"), index=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"))
    method: Mapped[str]  # check, eft, virtual_card, none
    number: Mapped[str]  # of the check, or the trace: TRN02
    issued_on: Mapped[date]  # BPR16
    total: Mapped[Money] = mapped_column("total_cents")  # BPR02, typed before anything else
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)  # queries.eob_document
    state: Mapped[str]  # draft, posted, discarded
    version: Mapped[int]  # each save counts one up: who saves upon an older one is told
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    posted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    remittance_id: Mapped[int | None] = mapped_column(ForeignKey("remittances.id"), unique=True)


class EobScan(Base):
    """A scanned page or file of one EOB, kept encrypted."""

    __tablename__ = "eob_scans"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("eob_entries.id"), index=True)
    media_type: Mapped[str]  # application/pdf, image/jpeg
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]  # key in the DocumentStore
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
