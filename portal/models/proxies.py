"""Who may act for a patient: invited, accepted, ended; never deleted (HIPAA-9)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class ProxyGrant(Base):
    """One person's access to one patient's account; its state is told by its moments.

    The account is always the one that the patient has now: a grant names none.
    """

    __tablename__ = "proxy_grants"
    __table_args__ = (
        CheckConstraint(
            "relationship IN ('parent', 'guardian', 'spouse', 'caregiver', 'other')",
            name="relationship",
        ),
        CheckConstraint(
            "cardinality(scopes) > 0"
            " AND scopes <@ ARRAY['bills', 'pay', 'book', 'insurance', 'full']::varchar[]",
            name="scopes",
        ),
        CheckConstraint("(accepted_at IS NULL) = (proxy_login_id IS NULL)", name="accepted"),
        Index(
            "uq__proxy_grants__live",
            "patient_id",
            "proxy_login_id",
            unique=True,
            postgresql_where=text("accepted_at IS NOT NULL AND ended_at IS NULL"),
        ),
        Index(
            "uq__proxy_grants__invited",
            "patient_id",
            "email",
            unique=True,
            postgresql_where=text(
                "accepted_at IS NULL AND declined_at IS NULL AND ended_at IS NULL"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))  # the patient, or staff
    proxy_login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    email: Mapped[str]  # whom the invitation went to
    token_hash: Mapped[str | None] = mapped_column(unique=True)  # its link, until it is answered
    relationship: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    of_minor: Mapped[bool]  # a parent or guardian whom the office checked
    checked: Mapped[str] = mapped_column(default="")  # staff: which paper, and who was there
    invited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    declined_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_on: Mapped[date]  # the first day without access
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ended_reason: Mapped[str] = mapped_column(default="")


class ParentRequest(Base):
    """A parent or guardian who asks to see a minor's account: what they said, and what the office decided.

    State: waiting, invited (by the grant), refused, come_in, replaced.
    """

    __tablename__ = "parent_requests"
    __table_args__ = (
        CheckConstraint("relationship IN ('parent', 'guardian')", name="relationship"),
        Index("ix__parent_requests__state", "state", "asked_at"),
        Index("ix__parent_requests__login_id", "login_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    first_name: Mapped[str]  # of the child, as the three after it
    last_name: Mapped[str]
    birth_on: Mapped[date]
    relationship: Mapped[str]
    paper: Mapped[str]  # what they can show: birth_certificate, court_paper, other
    state: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))
    note: Mapped[str] = mapped_column(default="")  # why not; for the office alone
