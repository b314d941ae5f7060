"""What people agreed to hear by text and to get electronically: two ledgers, only ever added to (MSG-1, MSG-24)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class TextConsent(Base):
    """One yes or no to texts of one category on one number. The newest row of a number and category stands.

    A no by STOP is written for every category, whichever account the number is on (MSG-5).
    """

    __tablename__ = "text_consents"
    __table_args__ = (Index("ix__text_consents__newest", "phone", "category", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]  # E.164
    category: Mapped[str]  # visits, billing, payments, security
    granted: Mapped[bool]
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    source: Mapped[str]  # web, paper, verbal, sms, carrier, staff, contacts:<file id>
    wording_version: Mapped[str] = mapped_column(default="")
    wording: Mapped[str] = mapped_column(default="")  # what the person saw, or wrote to us
    language: Mapped[str] = mapped_column(default="en")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # who agreed or noted it
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")


class ESignConsent(Base):
    """One yes or no to statements without paper; the newest row of an account stands."""

    __tablename__ = "esign_consents"
    __table_args__ = (Index("ix__esign_consents__newest", "guarantor_account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    granted: Mapped[bool]
    source: Mapped[str]  # web, staff, bounce, contacts:<file id>
    email: Mapped[str] = mapped_column(default="")
    wording_version: Mapped[str] = mapped_column(default="")
    wording: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # the six texts, as seen
    language: Mapped[str] = mapped_column(default="en")
    demonstrated_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # opened the sample PDF and typed its code
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
