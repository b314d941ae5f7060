"""What staff write down about an account, and to whom of them it speaks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class AccountNote(Base):
    """One note; never edited, and seen by staff alone."""

    __tablename__ = "account_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(unique=True)  # the same page writes it once
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoteMention(Base):
    """Somebody whom a note speaks to, until they have opened the account's notes."""

    __tablename__ = "note_mentions"
    __table_args__ = (
        Index("ix__note_mentions__waiting", "login_id", postgresql_where=text("seen_at IS NULL")),
    )

    note_id: Mapped[int] = mapped_column(ForeignKey("account_notes.id"), primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
