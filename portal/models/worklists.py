"""Views of the queue that somebody keeps under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class SavedFilter(Base):
    """One view: what its address carries, never a person; of one member of staff, or of everybody."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("login_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    name: Mapped[str]
    args: Mapped[dict[str, str]] = mapped_column(JSONB)
    shared: Mapped[bool] = mapped_column(default=False)
    first: Mapped[bool] = mapped_column(default=False)  # what its owner's queue opens with
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
