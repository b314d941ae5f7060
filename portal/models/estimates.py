"""Good-faith estimates for who pays without a plan, their lines, and bills compared with them (NSA-2 to NSA-6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by


class GoodFaithEstimate(Base):
    """One estimate that is owed, was given, or is owed no more. Once given, it never changes: a new version follows.

    `state`: due, issued, superseded (a newer one was given), dropped (the visit was canceled before it was given).
    """

    __tablename__ = "good_faith_estimates"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'issued', 'superseded', 'dropped')", name="state"),
        CheckConstraint("why IN ('booked', 'asked', 'changed')", name="why"),
        CheckConstraint(
            "(state IN ('issued', 'superseded')) = (issued_at IS NOT NULL)", name="issued"
        ),
        CheckConstraint(
            "num_nonnulls(appointment_id, patient_id, newcomer_id) = 1"
            " OR (num_nonnulls(appointment_id, patient_id, newcomer_id) = 0 AND asker <> '')",
            name="whose",
        ),
        CheckConstraint("asked_via IN ('', 'portal', 'phone', 'desk')", name="asked_via"),
        Index(
            "uq__good_faith_estimates__due",
            "appointment_id",
            unique=True,
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "uq__good_faith_estimates__issued",
            "appointment_id",
            unique=True,
            postgresql_where=text("state = 'issued'"),
        ),
        Index("ix__good_faith_estimates__appointment", "appointment_id"),
        Index("ix__good_faith_estimates__patient", "patient_id", "service_on"),
        Index("ix__good_faith_estimates__open", "due_on", postgresql_where=text("state = 'due'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of a booked visit it is whosever the visit is; asked for without one, the patient's.
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    # Asked for without a record: by a sign-in that is not linked yet, or by somebody whom staff wrote down.
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    asker: Mapped[str] = mapped_column(default="", server_default="")
    asker_phone: Mapped[str] = mapped_column(default="", server_default="")
    asked_via: Mapped[str] = mapped_column(default="", server_default="")  # portal, phone, desk
    about: Mapped[str] = mapped_column(default="")  # asked without a visit: what for
    why: Mapped[str]  # booked, asked, changed
    asked_on: Mapped[date]  # booked, asked or changed on
    service_on: Mapped[date | None]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="due")
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("good_faith_estimates.id"))
    total: Mapped[Money] = mapped_column("total_cents", default=Money(0))
    note_version: Mapped[str] = mapped_column(default="")  # of the words about rights
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))  # as it was written
    keep_until: Mapped[date | None]  # NSA-4: six years
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EstimateLine(Base):
    """One expected service of one provider; only ever added to, with its estimate."""

    __tablename__ = "estimate_lines"
    __table_args__ = (
        UniqueConstraint("estimate_id", "position"),
        CheckConstraint("expected_cents >= 0", name="expected"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("good_faith_estimates.id"))
    position: Mapped[int]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"))
    procedure: Mapped[str]
    words: Mapped[str]
    diagnoses: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    expected: Mapped[Money] = mapped_column("expected_cents")


class EstimateTie(Base):
    """An estimate that was asked for without a visit is of this visit or bill; ended, never deleted.

    Nobody tied it where only one named the services of the bill.
    """

    __tablename__ = "estimate_ties"
    __table_args__ = (
        CheckConstraint("num_nonnulls(appointment_id, visit_id) = 1", name="to_one"),
        CheckConstraint("ended_by_id IS NULL OR ended_at IS NOT NULL", name="ended"),
        Index(
            "uq__estimate_ties__standing",
            "estimate_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix__estimate_ties__estimate_id", "estimate_id"),
        Index("ix__estimate_ties__appointment_id", "appointment_id"),
        Index("ix__estimate_ties__visit_id", "visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("good_faith_estimates.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    tied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    tied_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class EstimateCheck(Base):
    """A bill that lies $400 or more above its estimate: held until two people have looked, or it was corrected.

    `outcome`: empty while it is held, released, corrected.
    """

    __tablename__ = "estimate_checks"
    __table_args__ = (
        UniqueConstraint("visit_id"),
        CheckConstraint("outcome IN ('', 'released', 'corrected')", name="outcome"),
        CheckConstraint(
            "ended_by_id <> reviewed_by_id OR outcome <> 'released' OR alone_log_id IS NOT NULL",
            name="two_people",
        ),
        CheckConstraint("outcome <> 'released' OR reviewed_by_id IS NOT NULL", name="reviewed"),
        *alone_by("estimate_checks", "ended_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    estimate_id: Mapped[int] = mapped_column(ForeignKey("good_faith_estimates.id"), index=True)
    # As compared then: [{"provider": id or null, "billed": cents, "expected": cents}]
    sums: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    over: Mapped[Money] = mapped_column("over_cents")  # of the providers who are too far above
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    finding: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    outcome: Mapped[str] = mapped_column(default="")
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
