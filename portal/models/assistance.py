"""Applications for financial assistance: what somebody says, what lies with it, and what happened (FA-6, FA-9).

A draft is the applicant's and may change; what was received is completed by further rows and told by events.
No social security number and no question of immigration has a column: nobody may ask (FA-6).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

STATES = ("draft", "received", "asked", "complete", "decided", "withdrawn")
PENDING = ("received", "asked", "complete")  # bills wait while it stands so (COLL-8, FA-12)


class AssistanceApplication(Base):
    """One application, from its first page to its answer; the page makes the id."""

    __tablename__ = "assistance_applications"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'received', 'asked', 'complete', 'decided', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("how IN ('portal', 'paper', 'phone')", name="how"),
        CheckConstraint("state = 'draft' OR received_on IS NOT NULL", name="received_has_a_day"),
        Index("ix__assistance_applications__state", "state", "received_on"),
        # One at a time for each account: a second wish goes on with the first.
        Index(
            "uq__assistance_applications__one_open",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'received', 'asked', 'complete')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # on its letters; random, says nothing
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    state: Mapped[str]
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    how: Mapped[str] = mapped_column(default="portal")  # paper and phone: the office wrote it down
    applicant: Mapped[str] = mapped_column(default="")
    residence_state: Mapped[str] = mapped_column(default="")
    residence_county: Mapped[str] = mapped_column(default="")
    program: Mapped[str] = mapped_column(default="")  # billing.assistance.Presumed, as they say
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # of coverage and Medicaid
    hardship: Mapped[str] = mapped_column(default="")
    owed_in_year: Mapped[Money] = mapped_column("owed_in_year_cents", default=Money(0))
    paid_in_year: Mapped[Money] = mapped_column("paid_in_year_cents", default=Money(0))
    language: Mapped[str] = mapped_column(default="en")
    preferred_contact: Mapped[str] = mapped_column(default="portal")  # portal, mail, phone
    consent_to_verify: Mapped[bool] = mapped_column(default=False)
    signed_name: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)  # who began it
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_on: Mapped[date | None]  # fa_app_received_at (CORE-3), the practice's day
    acknowledged_on: Mapped[date | None]
    complete_on: Mapped[date | None]
    decided_on: Mapped[date | None]


class AssistanceCovered(Base):
    """Accounts that the application asks for, its own among them."""

    __tablename__ = "assistance_accounts"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id"), primary_key=True
    )
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), primary_key=True, index=True
    )


class AssistanceMember(Base):
    """Somebody of the household; the applicant is one of them, with the relation `self`."""

    __tablename__ = "assistance_members"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id"), index=True
    )
    name: Mapped[str]
    birth_on: Mapped[date | None]
    relation: Mapped[str]  # self, spouse, child, parent, other
    tax_dependent: Mapped[bool] = mapped_column(default=False)


class AssistanceIncome(Base):
    """One source of income, before tax, as somebody is paid."""

    __tablename__ = "assistance_income"
    __table_args__ = (CheckConstraint("amount_cents >= 0", name="not_below_zero"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id"), index=True
    )
    member: Mapped[str] = mapped_column(default="")
    source: Mapped[str]  # billing.assistance_income.Source
    period: Mapped[str]  # billing.assistance_income.Period
    amount: Mapped[Money] = mapped_column("amount_cents")


class AssistanceDocument(Base):
    """A paper that lies with it, encrypted in the document store."""

    __tablename__ = "assistance_documents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id"), index=True
    )
    kind: Mapped[str]  # billing.assistance_reasons.Proof
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]  # key in the DocumentStore
    login_id: Mapped[int | None] = mapped_column(
        ForeignKey("logins.id")
    )  # None: the applicant, by their code
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AssistanceEvent(Base):
    """One thing that happened to it, for its timeline; never edited. `detail` holds no words about anybody."""

    __tablename__ = "assistance_events"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id"), index=True
    )
    kind: Mapped[str]  # started, received, acknowledged, asked, answered, complete, decided, ...
    on: Mapped[date] = mapped_column("happened_on")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    login_id: Mapped[int | None] = mapped_column(
        ForeignKey("logins.id")
    )  # None: by rule, or by a code
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
