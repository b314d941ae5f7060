"""Every file that came in, kept encrypted and found again by its hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class File(Base):
    """One received file and what became of it."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("kind", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # 837p, 835, contacts, receipts, charges, opening
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    stored_as: Mapped[str] = mapped_column(default="")  # key in the DocumentStore
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Upload(Base):
    """A file between its preview and its posting, seen only by whoever uploaded it."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    group_id: Mapped[UUID | None] = mapped_column(index=True)  # sent together in one form
    kind: Mapped[str]  # 835, 837p
    name: Mapped[str]
    size: Mapped[int]
    stored_as: Mapped[str]  # key in the DocumentStore
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    preview: Mapped[dict[str, Any]] = mapped_column(JSONB)
    posted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    choice: Mapped[str] = mapped_column(default="", server_default="")  # posting_policy.Choice
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
