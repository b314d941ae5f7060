"""Who wants an earlier time, which times came free, and who was offered them (SCH-8)."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class WaitlistEntry(Base):
    """One person who waits for a time; the page makes the id. Empty lists mean any."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        CheckConstraint("num_nonnulls(patient_id, newcomer_id) = 1", name="whose"),
        CheckConstraint("state IN ('waiting', 'filled', 'left', 'lapsed')", name="state"),
        CheckConstraint("urgency BETWEEN 0 AND 2", name="urgency"),
        Index(
            "ix__waitlist_entries__waiting",
            "visit_type_id",
            "urgency",
            "asked_at",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # who asked; none: staff
    # The later time that they would give up; booked earlier, that one is moved.
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_types.id"))
    provider_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    location_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)  # 0 is Monday
    not_before: Mapped[time | None]  # wall clock
    not_after: Mapped[time | None]  # the latest start
    first_day: Mapped[date]
    last_day: Mapped[date]
    notice_minutes: Mapped[int] = mapped_column(default=240)  # they need this long to get here
    urgency: Mapped[int] = mapped_column(default=0)  # 0 routine, 1 soon, 2 urgent: set by staff
    coverage_intent: Mapped[str] = mapped_column(default="insurance")
    reason: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(default="waiting")
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SlotOpening(Base):
    """A time that came free and is being offered; `hold_id` is the hold that keeps it from everybody else."""

    __tablename__ = "slot_openings"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'taken', 'released')", name="state"),
        Index("ix__slot_openings__open", "starts_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    freed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider_profiles.provider_id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WaitlistOffer(Base):
    """One offer of an opening to one who waits. Accepted once at most, by the database."""

    __tablename__ = "waitlist_offers"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'open', 'accepted', 'declined', 'expired', 'lost')", name="state"
        ),
        Index("uq__waitlist_offers__pair", "opening_id", "entry_id", unique=True),
        Index(
            "uq__waitlist_offers__accepted",
            "opening_id",
            unique=True,
            postgresql_where=text("state = 'accepted'"),
        ),
        Index("ix__waitlist_offers__open", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("slot_openings.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("waitlist_entries.id"), index=True)
    state: Mapped[str]  # queued until quiet hours are over; open once it was told
    offered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_via: Mapped[str] = mapped_column(default="")  # portal, text, staff
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))
