"""An address or a number that somebody found for an account that nothing reaches; a second person confirms it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base

MOMENT = DateTime(timezone=True)


class Trace(Base):
    """What was found and where; it changes nothing before it is confirmed."""

    __tablename__ = "traces"
    __table_args__ = (
        CheckConstraint("found_mobile <> '' OR street <> ''", name="something"),
        CheckConstraint("decided_by_id <> noted_by_id", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (confirmed IS NULL)", name="decided_whole"),
        Index("ix__traces__account", "guarantor_account_id", "noted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the page
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    source: Mapped[str]  # a newer claim, the post, a relative who was not told why
    found_mobile: Mapped[str] = mapped_column(default="", server_default="")  # E.164
    street: Mapped[str] = mapped_column(default="", server_default="")
    street2: Mapped[str] = mapped_column(default="", server_default="")
    city: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(default="", server_default="")
    postal_code: Mapped[str] = mapped_column(default="", server_default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    noted_at: Mapped[datetime] = mapped_column(MOMENT)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    decided_at: Mapped[datetime | None] = mapped_column(MOMENT)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    confirmed: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(default="", server_default="")  # how they know
