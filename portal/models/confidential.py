"""Where a person asked to be reached instead, without a reason: what holds, since when, and what held before (HIPAA-10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class ConfidentialRequest(Base):
    """One request as it holds; a change ends the row and writes a new one. No pages but theirs and the office's show it.

    It holds for the sign-in, for the accounts named here, and for every account that the patient's confidential
    visits stand on. The practice's files never write here.
    """

    __tablename__ = "confidential_requests"
    __table_args__ = (
        CheckConstraint("login_id IS NOT NULL OR cardinality(account_ids) > 0", name="whose"),
        CheckConstraint("source IN ('page', 'desk', 'phone')", name="source"),
        Index(
            "uq__confidential_requests__standing",
            "login_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix__confidential_requests__account_ids",
            "account_ids",
            postgresql_using="gin",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix__confidential_requests__patient_id",
            "patient_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    account_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")  # E.164
    phone_proven_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    no_paper: Mapped[bool] = mapped_column(default=False)  # at the usual address
    no_email: Mapped[bool] = mapped_column(default=False)
    no_texts: Mapped[bool] = mapped_column(default=False)
    no_calls: Mapped[bool] = mapped_column(default=False)
    shared_phone: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]  # page, desk, phone
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))  # the person, or staff
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # by the office
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
