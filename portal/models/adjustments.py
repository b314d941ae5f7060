"""Who may take how much off a bill, from which day on, and what waits for a second person (OPS-13, OPS-23)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by


class AdjustmentRuleRow(Base):
    """A limit of one role for one kind from a day on; the newest row of a day counts. Never changed.

    A limit of zero takes the kind from the role. Class, and whether the kind may be named to the patient, are the kind's: the newest row says them.
    """

    __tablename__ = "adjustment_rules"
    __table_args__ = (
        CheckConstraint("limit_cents >= 0", name="limit_not_below_zero"),
        Index("ix__adjustment_rules__kind", "kind", "role", "effective_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # billing.adjustments.AdjustmentKind
    role: Mapped[str]
    limit: Mapped[Money] = mapped_column("limit_cents")
    gl_class: Mapped[str]
    visible: Mapped[bool]
    effective_from: Mapped[date]
    reason: Mapped[str]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AdjustmentRequest(Base):
    """An adjustment above the asker's limit, until another person with a higher one decides."""

    __tablename__ = "adjustment_asks"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
        # OPS-13, held by the database too: whoever asked may call it off, never approve it.
        CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined' OR alone_log_id IS NOT NULL",
            name="second_person",
        ),
        *alone_by("adjustment_asks", "decided_by_id"),
        CheckConstraint("(state = 'approved') = (entry_id IS NOT NULL)", name="approved_is_posted"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the page
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))  # of a plan's side
    kind: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    open_amount: Mapped[Money] = mapped_column("open_cents")  # what was open when it was asked for
    carc: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)  # waiting, approved, declined
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
