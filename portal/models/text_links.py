"""Links sent by text, and the limited visits that they open (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class TextLink(Base):
    """One link in one text: opaque, hashed, 72 hours, opened once, for one account or one booked visit."""

    __tablename__ = "text_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    # The one visit that it opens, and nothing else of the account; none: the account's bills.
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    phone: Mapped[str]  # E.164; the code goes to this number and no other
    token_hash: Mapped[str] = mapped_column(unique=True)  # keyed: a stolen table opens nothing
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # too many wrong tries


class GuestSession(Base):
    """A browser that came by a text and proved birth date, ZIP and phone; it has no sign-in."""

    __tablename__ = "guest_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    text_link_id: Mapped[int] = mapped_column(ForeignKey("text_links.id"), unique=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(default="")
