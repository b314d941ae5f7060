"""What a person says of themself when they sign up, before and beside any record of the practice (ID-1, LANG-3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Profile(Base):
    """One sign-in's own particulars; the practice's record of the same person may say otherwise."""

    __tablename__ = "profiles"

    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), primary_key=True)
    first_name: Mapped[str]
    middle_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]
    suffix: Mapped[str] = mapped_column(default="")
    birth_on: Mapped[date]
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    mobile: Mapped[str] = mapped_column(default="")  # E.164
    mobile_proven_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    spoken_language: Mapped[str] = mapped_column(default="en")
    written_language: Mapped[str] = mapped_column(default="en")
    interpreter: Mapped[bool] = mapped_column(default=False)
    formats: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'")
    )  # large_print, braille, audio
    emergency_name: Mapped[str] = mapped_column(default="")
    emergency_relationship: Mapped[str] = mapped_column(default="")
    emergency_phone: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def id(self) -> int:
        """What its versions are kept under."""
        return self.login_id
