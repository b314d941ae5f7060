"""When the practice sees people: places, rooms, who works where and when, kinds of visits, and the policy of booking.

What a template says of future days may change; what is booked stays where it is (SCH-2).
"""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Location(Base):
    """A place where people are seen; its zone is that of every wall-clock time there."""

    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    directions: Mapped[str] = mapped_column(default="")  # parking, which door
    active: Mapped[bool] = mapped_column(default=True)


class Resource(Base):
    """A room or a piece of equipment: used by one visit at a time."""

    __tablename__ = "resources"
    __table_args__ = (
        UniqueConstraint("location_id", "name"),
        CheckConstraint("kind IN ('room', 'equipment')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    kind: Mapped[str]
    name: Mapped[str]
    # What it is good for; a visit type asks for one of these: exam, procedure, xray, ecg ...
    features: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    active: Mapped[bool] = mapped_column(default=True)


class ProviderProfile(Base):
    """What booking has to know of a provider (SCH-3)."""

    __tablename__ = "provider_profiles"
    __table_args__ = (
        CheckConstraint("booking IN ('self', 'view', 'staff')", name="booking"),
        CheckConstraint("min_age_months >= 0", name="min_age"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), primary_key=True)
    specialty: Mapped[str] = mapped_column(default="")  # the group of SCH-3's three years
    plain_specialty: Mapped[str] = mapped_column(default="")  # as a patient says it
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)  # en, es ...
    skills: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    takes_new: Mapped[bool] = mapped_column(default=True)
    min_age_months: Mapped[int] = mapped_column(default=0)
    max_age_months: Mapped[int | None]  # the first month that is too old
    # self: patients book; view: they see the times and call; staff: only the office sees them
    booking: Mapped[str] = mapped_column(default="self")
    active: Mapped[bool] = mapped_column(default=True)


class ProviderNetwork(Base):
    """A payer whose network the provider is in, from day to day (the last one inclusive)."""

    __tablename__ = "provider_networks"
    __table_args__ = (UniqueConstraint("provider_id", "payer_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider_profiles.provider_id"))
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class VisitType(Base):
    """A kind of visit: how long, for whom, and what it needs (SCH-3)."""

    __tablename__ = "visit_types"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("for_whom IN ('any', 'new', 'established')", name="for_whom"),
        CheckConstraint("modality IN ('in_person', 'video', 'phone')", name="modality"),
        CheckConstraint("sex IN ('', 'F', 'M')", name="sex"),
        CheckConstraint(
            "copay_class IN ('none', 'primary', 'specialist', 'preventive', 'urgent')",
            name="copay_class",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]  # plain words, as patients read it
    name_es: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    description_es: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]
    for_whom: Mapped[str] = mapped_column(default="any")
    modality: Mapped[str] = mapped_column(default="in_person")
    min_age_months: Mapped[int] = mapped_column(default=0)
    max_age_months: Mapped[int | None]
    sex: Mapped[str] = mapped_column(default="")
    skills: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)  # all of them needed
    # One resource of each feature is taken for the time of the visit.
    resource_features: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    preparation: Mapped[str] = mapped_column(default="")
    preparation_es: Mapped[str] = mapped_column(default="")
    needs_referral: Mapped[bool] = mapped_column(default=False)
    needs_authorisation: Mapped[bool] = mapped_column(default=False)
    copay_class: Mapped[str] = mapped_column(default="primary")
    estimate: Mapped[Money] = mapped_column("estimate_cents", default=Money(0))  # self-pay, whole
    emergency: Mapped[bool] = mapped_column(default=False)  # SCH-13: no payment before triage
    self_booking: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class ScheduleBlock(Base):
    """One block of a provider's week, by the location's wall clock, from a day to a day (the last one inclusive).

    Changed, the old row ends and a new one begins, so that a past day can be told as it was.
    """

    __tablename__ = "schedule_blocks"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),  # 0 is Monday
        CheckConstraint("ends > starts", name="ends_after_start"),
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity"),
        # Ended the day before it began, it never held.
        CheckConstraint("until IS NULL OR until >= since - 1", name="until_after_since"),
        Index("ix__schedule_blocks__provider", "provider_id", "weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider_profiles.provider_id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    visit_type_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)  # empty: any
    capacity: Mapped[int] = mapped_column(default=1)  # visits at one time
    step_minutes: Mapped[int] = mapped_column(default=15)  # starts are offered this far apart
    lead_minutes: Mapped[int] = mapped_column(default=120)  # nothing sooner is sold to patients
    horizon_days: Mapped[int] = mapped_column(default=180)  # nothing later
    buffer_before: Mapped[int] = mapped_column(default=0)  # minutes
    buffer_after: Mapped[int] = mapped_column(default=0)
    since: Mapped[date]
    until: Mapped[date | None]


class ScheduleException(Base):
    """Time in which nobody is seen: leave, a holiday, a blocked hour. None of provider or location means all."""

    __tablename__ = "schedule_exceptions"
    __table_args__ = (
        CheckConstraint("kind IN ('leave', 'holiday', 'blocked')", name="kind"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(
            "ix__schedule_exceptions__standing",
            "starts_at",
            "ends_at",
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int | None] = mapped_column(
        ForeignKey("provider_profiles.provider_id"), index=True
    )
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")  # for the office alone
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BookingPolicy(Base):
    """How the practice books, from a moment on: the newest row stands, none is edited."""

    __tablename__ = "booking_policies"
    __table_args__ = (
        CheckConstraint("cancel_hours BETWEEN 0 AND 72", name="cancel_hours"),
        CheckConstraint("self_booking IN ('book', 'view', 'off')", name="self_booking"),
        CheckConstraint("offer_batch BETWEEN 1 AND 3", name="offer_batch"),
        CheckConstraint("no_show_fee_cents >= 0", name="fee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    self_booking: Mapped[str] = mapped_column(default="book")
    cancel_hours: Mapped[int] = mapped_column(default=24)  # SCH-5
    hold_minutes: Mapped[int] = mapped_column(default=5)  # SCH-1
    no_show_minutes: Mapped[int] = mapped_column(default=15)  # SCH-7
    no_show_limit: Mapped[int] = mapped_column(default=3)  # in twelve months: then call
    no_show_fee: Mapped[Money] = mapped_column("no_show_fee_cents", default=Money(0))  # SCH-6
    offer_batch: Mapped[int] = mapped_column(default=1)  # waitlist: one at a time, or three
    offer_minutes: Mapped[int] = mapped_column(default=30)
    offer_minutes_far: Mapped[int] = mapped_column(default=120)  # more than 48 hours ahead
    reminder_days: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=lambda: [7, 3, 1])
    check_in_days: Mapped[int] = mapped_column(default=3)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
