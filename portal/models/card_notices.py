"""What New York asks people to read before they pay by card, each time somebody said they read it (PLAN-18)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class CardNotice(Base):
    """One acknowledgement, written once and never changed: of one payment, or of keeping a card."""

    __tablename__ = "card_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    # The payment it was read for; None when a card was kept for later.
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: a guest
    text_version: Mapped[int]
    text_hash: Mapped[str]
    language: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
