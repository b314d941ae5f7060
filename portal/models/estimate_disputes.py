"""A patient disputes a bill above its estimate with the federal agency (PPDR): its notice, our answer, its decision (NSA-7)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class EstimateDispute(Base):
    """One dispute of one bill; while it is open its hold stands. Ended, never deleted.

    `outcome`: empty while it is open, for_patient, for_us, settled, withdrawn, not_eligible.
    """

    __tablename__ = "estimate_disputes"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('', 'for_patient', 'for_us', 'settled', 'withdrawn', 'not_eligible')",
            name="outcome",
        ),
        CheckConstraint("(outcome <> '') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(answered_on IS NULL) = (answered_by_id IS NULL)", name="answered"),
        Index(
            "uq__estimate_disputes__open",
            "visit_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix__estimate_disputes__visit_id", "visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    hold_id: Mapped[int] = mapped_column(ForeignKey("account_conditions.id"))
    reference: Mapped[str]  # the agency's number
    initiated_on: Mapped[date]  # of its notice to us
    answer_by: Mapped[date]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    answer: Mapped[str] = mapped_column(default="")  # what was sent, and how
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    outcome: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(default="")  # in words
