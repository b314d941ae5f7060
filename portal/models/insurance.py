"""What people tell us about their insurance, before and until a person at the office checked it (SCH-14)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class InsuranceSubmission(Base):
    """A coverage to add, replace or end, as one person typed it; the office's answer stands beside it."""

    __tablename__ = "insurance_submissions"
    __table_args__ = (
        Index("ix__insurance_submissions__waiting", "state", "sent_at"),
        Index("ix__insurance_submissions__login", "login_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    # None: the sign-in is not linked to any record yet, and speaks of itself (ID-1).
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    kind: Mapped[str]  # billing.coverages.Change: add, replace, end
    replaces_coverage_id: Mapped[int | None] = mapped_column(ForeignKey("coverages.id"), index=True)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))
    payer_text: Mapped[str] = mapped_column(default="")  # as typed, where our list has none
    plan_name: Mapped[str] = mapped_column(default="")
    member_id: Mapped[str] = mapped_column(default="")
    group_number: Mapped[str] = mapped_column(default="")
    relationship: Mapped[str] = mapped_column(default="18")  # the person's to the subscriber, X12
    subscriber_last_name: Mapped[str] = mapped_column(default="")
    subscriber_first_name: Mapped[str] = mapped_column(default="")
    subscriber_birth_on: Mapped[date | None]
    sequence: Mapped[str] = mapped_column(default="P")  # P, S, T
    effective_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    rx_bin: Mapped[str] = mapped_column(default="")
    rx_pcn: Mapped[str] = mapped_column(default="")
    rx_group: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")  # billing.transitions.SubmissionState
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(default="")  # why it was sent back; the person reads it
    coverage_id: Mapped[int | None] = mapped_column(ForeignKey("coverages.id"), index=True)


class CardImage(Base):
    """One side of a card, cleaned and encrypted. Taken again, the older one is only marked; the night deletes it."""

    __tablename__ = "card_images"
    __table_args__ = (
        Index(
            "uq__card_images__live",
            "submission_id",
            "side",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("insurance_submissions.id"), index=True)
    side: Mapped[str]  # front, back
    stored_as: Mapped[str]  # key in the DocumentStore; empty once deleted
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    flaws: Mapped[list[str]] = mapped_column(JSONB, default=list)  # ports.CardFlaw
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CardReading(Base):
    """What the machine read on a card: suggestions with a confidence, never facts."""

    __tablename__ = "card_readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("insurance_submissions.id"), index=True)
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, read, failed
    # {"member_id": {"value": "XYZ123", "confidence": 0.98}, ...} by ports.CardField
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    engine: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
