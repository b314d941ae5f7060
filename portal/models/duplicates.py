"""Two records that may be one person, and the merges that staff decided (ID-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.alone import alone_by


class DuplicatePair(Base):
    """Two patients who look like one; the older record is `older_id`. Set aside by a person, or merged."""

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        UniqueConstraint("older_id", "newer_id"),
        CheckConstraint("older_id < newer_id", name="in_order"),
        Index("ix__duplicate_pairs__newer", "newer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    older_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    newer_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    score: Mapped[int]  # of 100
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    scored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    set_aside_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_aside_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class RecordMerge(Base):
    """One record goes into another: asked for by one person, approved by a second, undone within 30 days."""

    __tablename__ = "record_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two_records"),
        CheckConstraint(
            "decided_by_id <> asked_by_id OR alone_log_id IS NOT NULL", name="two_people"
        ),
        *alone_by("record_merges", "decided_by_id"),
        CheckConstraint("state IN ('asked', 'declined', 'done', 'undone')", name="state"),
        Index(
            "uq__record_merges__live",
            "gone_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'done')"),
        ),
        Index("ix__record_merges__kept", "kept_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    gone_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    state: Mapped[str]
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(default="")  # why it was declined or undone
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # what undoing takes back
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
