"""Applications for assistance by people without a sign-in: theirs by a code, until the office ties one to an account (FA-6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class GuestApplication(Base):
    """What somebody filled in; opened again by its code and the birth date, and by nothing else."""

    __tablename__ = "guest_applications"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sent', 'tied', 'closed')", name="state"),
        CheckConstraint("(state = 'tied') = (application_id IS NOT NULL)", name="tied_whole"),
        CheckConstraint("state IN ('draft', 'closed') OR sent_on IS NOT NULL", name="sent_whole"),
        Index("ix__guest_applications__sent", "sent_on", postgresql_where=text("state = 'sent'")),
        Index(
            "ix__guest_applications__drafts",
            "changed_at",
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    name: Mapped[str]
    birth_on: Mapped[date]
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    residence_state: Mapped[str]
    residence_county: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    account_number: Mapped[str] = mapped_column(default="")  # from a bill of ours, as they typed it
    language: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)  # people, incomes, coverage, hardship
    signed_name: Mapped[str] = mapped_column(default="")
    signed_words: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_on: Mapped[date | None]  # the day that counts as received, once tied (COLL-6)
    application_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("assistance_applications.id"), unique=True
    )
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(default="")


class GuestPaper(Base):
    """A paper that lies with it, made harmless and encrypted in the document store."""

    __tablename__ = "guest_papers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guest_id: Mapped[UUID] = mapped_column(ForeignKey("guest_applications.id"), index=True)
    kind: Mapped[str]  # billing.assistance_reasons.Proof
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
