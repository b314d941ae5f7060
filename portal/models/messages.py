"""One row for everything sent by text or e-mail (MSG-20)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class OutboundMessage(Base):
    """A text or an e-mail: written with the work that causes it, sent by a job."""

    __tablename__ = "outbound_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # sms, email
    recipient: Mapped[str]
    template: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    state: Mapped[str]  # queued, sending, sent, delivered, undelivered, failed, refused
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
