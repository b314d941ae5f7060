"""What is booked: a person, a provider, rooms and a time. An appointment becomes a visit (a bill) only by a claim or a charge.

The database itself refuses two visits of one provider, room, piece of equipment or person at one time (SCH-1).
It does so with ranges of one number each, so that no extension has to be installed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base

# What takes up its time; a visit that is done, missed or canceled gives it back.
LIVE_STATES = ("held", "booked", "arrived", "in_room")
_LIVE = "state IN ({})".format(", ".join(f"'{state}'" for state in LIVE_STATES))


# The same as a condition that the planner can match with the indexes above, whatever it knows of the values.
IS_LIVE = text(f"appointments.{_LIVE}")


def _same(column: str) -> tuple[Any, str]:
    return (text(f"int4range({column}, {column}, '[]')"), "&&")


class Appointment(Base):
    """One time that is held, booked, kept, missed or given back; the page makes the id. Moved, it stays the same row.

    A hold has nobody yet, or a person who has not confirmed; it ends at `held_until`, and the next one to want its
    time clears it away.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("busy_from <= starts_at AND busy_to >= ends_at", name="buffers"),
        CheckConstraint("lane >= 0 AND (lane < capacity OR overbook_reason <> '')", name="lane"),
        CheckConstraint(
            "state IN ('held', 'expired') OR num_nonnulls(patient_id, newcomer_id) = 1",
            name="whose",
        ),
        CheckConstraint(
            "state IN ('held', 'expired')"
            " OR coverage_intent IN ('insurance', 'self_pay', 'do_not_file')",
            name="coverage_intent",  # NSA-1
        ),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_until"),
        CheckConstraint("canceled_side IN ('', 'patient', 'practice')", name="canceled_side"),
        UniqueConstraint("id", "starts_at", "ends_at", name="uq__appointments__time"),
        ExcludeConstraint(
            _same("provider_id"),
            _same("lane"),
            (text("tstzrange(busy_from, busy_to)"), "&&"),
            where=text(_LIVE),
            name="ex__appointments__provider",
        ),
        ExcludeConstraint(
            _same("patient_id"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(f"patient_id IS NOT NULL AND {_LIVE}"),  # a range of NULLs is endless
            name="ex__appointments__patient",
        ),
        ExcludeConstraint(
            _same("newcomer_id"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(f"newcomer_id IS NOT NULL AND {_LIVE}"),  # a range of NULLs is endless
            name="ex__appointments__newcomer",
        ),
        Index("ix__appointments__day", "starts_on", "location_id"),
        Index("ix__appointments__patient", "patient_id", "starts_at"),
        Index("ix__appointments__newcomer", "newcomer_id", "starts_at"),
        # What takes up time is little beside all that once did.
        Index("ix__appointments__living", "provider_id", "busy_from", postgresql_where=text(_LIVE)),
        Index("ix__appointments__held", "held_until", postgresql_where=text("state = 'held'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    # A sign-in that has no record yet (ID-1) books for itself; linked later, the row gets its patient.
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider_profiles.provider_id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_types.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    starts_on: Mapped[date]  # by the location's wall clock
    busy_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # with the buffers
    busy_to: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lane: Mapped[int] = mapped_column(default=0)  # which of the block's places at that time
    capacity: Mapped[int] = mapped_column(default=1)  # of the block, when it was booked
    state: Mapped[str]  # billing.transitions.AppointmentState
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Of a hold by somebody who has not signed in yet: the hash of what their browser keeps.
    holder_hash: Mapped[str | None] = mapped_column(index=True)
    coverage_intent: Mapped[str] = mapped_column(default="")  # insurance, self_pay, do_not_file
    coverage_intent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    coverage_id: Mapped[int | None] = mapped_column(ForeignKey("coverages.id"))
    reason: Mapped[str] = mapped_column(default="")  # billing.visit_reasons, never in a message
    note: Mapped[str] = mapped_column(default="")  # to the office; never in a message
    language: Mapped[str] = mapped_column(default="en")
    booked_via: Mapped[str] = mapped_column(default="")  # portal, staff, waitlist, check_out
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    proxy_grant_id: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))
    booked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    time_set_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # booked, or last moved: reminders count from it
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_via: Mapped[str] = mapped_column(default="")  # portal, text, staff
    canceled_side: Mapped[str] = mapped_column(default="")
    cancel_reason: Mapped[str] = mapped_column(default="")
    late_cancel: Mapped[bool] = mapped_column(default=False)  # SCH-5
    overbook_reason: Mapped[str] = mapped_column(default="")
    overbooked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    follow_up_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))
    arrived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    roomed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    calendar_sequence: Mapped[int] = mapped_column(default=0)  # SEQUENCE of its .ics
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)  # its bill


class AppointmentResource(Base):
    """A room or a piece of equipment taken for a live appointment, for just its time; given back, the row goes."""

    __tablename__ = "appointment_resources"
    __table_args__ = (
        ForeignKeyConstraint(
            ["appointment_id", "starts_at", "ends_at"],
            ["appointments.id", "appointments.starts_at", "appointments.ends_at"],
            name="fk__appointment_resources__appointment",
            onupdate="CASCADE",
        ),
        ExcludeConstraint(
            _same("resource_id"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex__appointment_resources__resource",
        ),
    )

    appointment_id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AppointmentEvent(Base):
    """What happened to an appointment, in order; only ever added to."""

    __tablename__ = "appointment_events"
    __table_args__ = (Index("ix__appointment_events__appointment", "appointment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))
    kind: Mapped[
        str
    ]  # held, booked, moved, confirmed, canceled, arrived, in_room, done, no_show ...
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    via: Mapped[str]  # portal, text, kiosk, staff, waitlist, day
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    # Of a move: {"from": {...}, "to": {...}}; of the others what the reader needs, e.g. {"reason": ...}
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class CoverageCheck(Base):
    """One answer about a coverage: by a person on the phone or on a payer's page now, by a 271 later (SCH-11)."""

    __tablename__ = "coverage_checks"
    __table_args__ = (
        CheckConstraint("result IN ('active', 'inactive', 'unclear')", name="result"),
        CheckConstraint("method IN ('phone', 'payer_site', 'x12_271')", name="method"),
        Index("ix__coverage_checks__coverage", "coverage_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    coverage_id: Mapped[int] = mapped_column(ForeignKey("coverages.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    result: Mapped[str]
    method: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")  # the payer's number of the call, or TRN02
    # SCH-11, in cents: plan, deductible_total, deductible_left, copay_{class}, out_of_pocket_left, qmb ...
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AppointmentTask(Base):
    """Something the office has to have done before a visit, by a day (SCH-10)."""

    __tablename__ = "appointment_tasks"
    __table_args__ = (
        UniqueConstraint("appointment_id", "kind", "stage"),
        CheckConstraint(
            "kind IN ('coverage', 'referral', 'authorisation', 'estimate', 'card')", name="kind"
        ),
        CheckConstraint("state IN ('open', 'done', 'waived', 'dropped')", name="state"),
        Index("ix__appointment_tasks__open", "due_on", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))
    kind: Mapped[str]
    stage: Mapped[str] = mapped_column(default="")  # of coverage: booking, ahead, day
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    escalation: Mapped[int] = mapped_column(default=0)  # 0, 1 told the lead, 2 decide now
    result: Mapped[str] = mapped_column(default="")  # words of the staff; of a waiver its reason
    reference: Mapped[str] = mapped_column(default="")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
