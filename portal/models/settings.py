"""What the practice chose where the rules leave a choice: every change a row, none edited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class PracticeSetting(Base):
    """One change of one setting: from `effective_from` on, until a later row says otherwise."""

    __tablename__ = "practice_settings"
    __table_args__ = (Index("ix__practice_settings__key", "key", "effective_from", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # of billing/settings.py
    value: Mapped[int] = mapped_column(BigInteger)
    effective_from: Mapped[date]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str]
