"""Who owes, who was treated, and who insures: guarantor accounts, patients, payers, coverages, conditions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class GuarantorAccount(Base):
    """The one who owes. `named` is false while a minor's account waits for a person (posting.md)."""

    __tablename__ = "guarantor_accounts"
    __table_args__ = (
        Index(
            "ix__guarantor_accounts__name_keys",
            text("name_keys(last_name, first_name)"),
            postgresql_using="gin",
        ),
        Index("ix__guarantor_accounts__birth_on", "birth_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # printed; random digits, never a member id
    named: Mapped[bool]
    last_name: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    middle_name: Mapped[str] = mapped_column(default="")
    suffix: Mapped[str] = mapped_column(default="")
    birth_on: Mapped[date | None]
    relationship: Mapped[str] = mapped_column(default="self")
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    mobile: Mapped[str] = mapped_column(default="")  # E.164
    mobile_owner: Mapped[str] = mapped_column(default="")
    proven_mobile: Mapped[str] = mapped_column(default="")  # the number whose code they typed
    proven_mobile_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # MSG-21
    # Changed without a code from the number before: nothing is texted there until then (ID-12).
    mobile_held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    text_grade: Mapped[str] = mapped_column(default="link")  # billing.text_templates.Grade
    # By which way they hear of what: portal.queries.notice_channel.
    visit_notices: Mapped[str] = mapped_column(default="text", server_default="text")
    bill_notices: Mapped[str] = mapped_column(default="text")
    payment_notices: Mapped[str] = mapped_column(default="email", server_default="email")
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    paper_only: Mapped[bool] = mapped_column(default=False)  # the office was told: never electronic
    # The provider's record that saved ways to pay hang on; it holds no name of ours (HIPAA-18).
    provider_customer_id: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @property
    def display_name(self) -> str:
        """How a page or an envelope addresses the account."""
        if not self.named:
            return self.last_name
        parts = (self.first_name, self.middle_name, self.last_name, self.suffix)
        return " ".join(part for part in parts if part)


Index(  # the end of a number is what people know, with or without its area code
    "ix__guarantor_accounts__phone",
    func.reverse(GuarantorAccount.mobile).label("backwards"),
    postgresql_ops={"backwards": "text_pattern_ops"},
)


class AccountCondition(Base):
    """A fact that the gate asks about (CORE-6), on an account, one patient or one visit; ended, never deleted."""

    __tablename__ = "account_conditions"
    __table_args__ = (
        Index(
            "ix__account_conditions__open",
            "guarantor_account_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    kind: Mapped[str]  # billing.holds.Condition values
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    source: Mapped[str]  # contacts:<row id>, staff:<login id>, era:<remittance claim id>
    note: Mapped[str] = mapped_column(default="")  # why
    until_on: Mapped[date | None]  # when somebody looks at it again; it does not end by itself
    evidence: Mapped[str] = mapped_column(default="", server_default="")  # what shows it
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    end_reason: Mapped[str] = mapped_column(default="", server_default="")


class Patient(Base):
    """A person treated here."""

    __tablename__ = "patients"
    __table_args__ = (
        Index("ix__patients__match", "birth_on", "match_name"),
        Index(
            "ix__patients__name_keys",
            text("name_keys(last_name, first_name)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    practice_patient_id: Mapped[str | None] = mapped_column(unique=True)
    last_name: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    middle_name: Mapped[str] = mapped_column(default="")
    suffix: Mapped[str] = mapped_column(default="")
    match_name: Mapped[str]  # folded "last first" by which files find the person again
    birth_on: Mapped[date]
    sex: Mapped[str] = mapped_column(default="U")
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    confidential: Mapped[bool] = mapped_column(default=False)  # STMT-13: own account, own envelope
    # Another record of the same person, which took this one's visits (ID-5).
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @property
    def full_name(self) -> str:
        parts = (self.first_name, self.middle_name, self.last_name, self.suffix)
        return " ".join(part for part in parts if part)


class Payer(Base):
    """An insurance plan's payer, as 837P and 835 files name it."""

    __tablename__ = "payers"

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(unique=True)  # NM1*PR 09, folded
    name: Mapped[str]
    capitated: Mapped[bool] = mapped_column(default=False)


class PayerAlias(Base):
    """Another way files name a payer: a tax id (TRN03), an 835's N1 id or its folded name."""

    __tablename__ = "payer_aliases"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    kind: Mapped[str]  # tax_id, n1_id, name
    value: Mapped[str]


class Coverage(Base):
    """One patient's membership of one plan: P, S or T as last claimed, or as the office verified it.

    A membership that is over is ended, never deleted: old claims point at it.
    """

    __tablename__ = "coverages"
    __table_args__ = (UniqueConstraint("patient_id", "payer_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    member_id: Mapped[str]
    group_number: Mapped[str] = mapped_column(default="")
    plan_name: Mapped[str] = mapped_column(default="")
    filing_code: Mapped[str] = mapped_column(default="")  # SBR09: MC Medicaid, MB Medicare ...
    sequence: Mapped[str]
    relationship: Mapped[str] = mapped_column(default="18")
    subscriber_last_name: Mapped[str] = mapped_column(default="")
    subscriber_first_name: Mapped[str] = mapped_column(default="")
    subscriber_birth_on: Mapped[date | None]
    first_service_on: Mapped[date | None]  # seen on claims; an 837P has no effective dates
    last_service_on: Mapped[date | None]
    effective_on: Mapped[date | None]  # as a person said and the office verified
    ended_on: Mapped[date | None]  # its last day
    rx_bin: Mapped[str] = mapped_column(default="")
    rx_pcn: Mapped[str] = mapped_column(default="")
    rx_group: Mapped[str] = mapped_column(default="")
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class RecordVersion(Base):
    """What a person's record said before a file changed it; nothing is overwritten without a trace."""

    __tablename__ = "record_versions"
    __table_args__ = (Index("ix__record_versions__row", "record", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str]  # table name
    record_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
