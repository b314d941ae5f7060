"""What was told of a patient outside treatment, payment and operations, and who asked for the list (HIPAA-11)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Disclosure(Base):
    """One disclosure, as it was written down; never edited."""

    __tablename__ = "disclosures"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(unique=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    disclosed_on: Mapped[date]
    to_whom: Mapped[str]  # name, and address where it is known
    what: Mapped[str]
    purpose: Mapped[str]
    authority: Mapped[str]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountingRequest(Base):
    """A patient asked for the list: due in 60 days, once 30 more."""

    __tablename__ = "disclosure_asks"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    asked_on: Mapped[date]
    due_on: Mapped[date]
    free: Mapped[bool]
    extended_on: Mapped[date | None]
    extended_why: Mapped[str] = mapped_column(default="")
    answered_on: Mapped[date | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
