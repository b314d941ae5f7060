"""What patients dispute of a bill, the lines, the evidence and every step; the card company's disputes are others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class BillDispute(Base):
    """One dispute of one bill. While it stands nobody asks for what is disputed (CORE-6, DISP-1)."""

    __tablename__ = "bill_disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'answered') = (finding <> '')", name="answered_has_a_finding"),
        # DISP-4 for the second look, held by the database too.
        CheckConstraint("answered_by_id <> first_answered_by_id", name="second_person"),
        Index("ix__bill_disputes__state", "state", "resolve_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the form
    # Whose it is the visit says: a visit that moves to another account takes its disputes with it.
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    kind: Mapped[str]  # billing.bill_disputes.Kind
    channel: Mapped[str]  # billing.bill_disputes.Channel
    words: Mapped[str]  # the patient's own
    amount: Mapped[Money] = mapped_column("amount_cents")
    eob_told: Mapped[Money | None] = mapped_column("eob_told_cents")  # by their EOB
    plan_told: Mapped[Money | None] = mapped_column("plan_told_cents")  # by our 835, that day
    message_id: Mapped[int | None] = mapped_column(ForeignKey("thread_messages.id"), unique=True)
    state: Mapped[str]
    filed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    filed_on: Mapped[date]
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # none: by a text
    acknowledged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolve_by: Mapped[date]
    extended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    finding: Mapped[str] = mapped_column(default="")  # billing.bill_disputes.Finding
    answer: Mapped[str] = mapped_column(default="")
    changed: Mapped[str] = mapped_column(default="")  # what of the bill is another now
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    rejoins_on: Mapped[date | None]  # the first day on which it is asked for again
    first_answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    replied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_on: Mapped[date | None]  # withdrawn, or the lock lifted


class BillDisputeLine(Base):
    """One disputed line, with what was open on it and is disputed."""

    __tablename__ = "bill_dispute_lines"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_below_zero"),
        UniqueConstraint("dispute_id", "charge_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("bill_disputes.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    # No amount was named: whatever is open on it is disputed, also what a payer leaves to the patient later.
    whole: Mapped[bool] = mapped_column(server_default=false())


class BillDisputeDocument(Base):
    """Evidence: a picture made anew from what was sent, encrypted."""

    __tablename__ = "bill_dispute_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("bill_disputes.id"), index=True)
    stored_as: Mapped[str]
    sha256: Mapped[str]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EobPhoto(Base):
    """A picture of an EOB before anything is decided: read by a job, kept only with a dispute or with work (STMT-5)."""

    __tablename__ = "eob_photos"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'read', 'failed')", name="state"),
        Index("ix__eob_photos__loose", "uploaded_at", postgresql_where=text("stored_as <> ''")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"))  # the line it is about
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    stored_as: Mapped[str]  # key in the DocumentStore; empty once deleted
    sha256: Mapped[str]
    state: Mapped[str]
    told: Mapped[Money | None] = mapped_column("told_cents")  # as it was read: a suggestion
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # to the office
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("bill_disputes.id"))


class BillDisputeEvent(Base):
    """One step, in its order; only ever added to."""

    __tablename__ = "bill_dispute_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("bill_disputes.id"), index=True)
    kind: Mapped[str]  # filed, acknowledged, evidence, taken, extended, answered, replied ...
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    face: Mapped[str]  # patient, staff, system
    words: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
