"""Times that the practice offers instead of a visit that it gave up (SCH-5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class RebookOffer(Base):
    """One of three times offered instead of a canceled visit. Nothing is held: the first who books it has it."""

    __tablename__ = "rebook_offers"
    __table_args__ = (
        UniqueConstraint("appointment_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 3", name="position"),
        Index(
            "ix__rebook_offers__open",
            "starts_at",
            postgresql_where=text("taken_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))  # the canceled one
    position: Mapped[int]
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider_profiles.provider_id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
