"""What was done and what was asked for: providers, visits, charges, claims and their lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Provider(Base):
    """Who treats or bills, by NPI."""

    __tablename__ = "providers"

    id: Mapped[int] = mapped_column(primary_key=True)
    npi: Mapped[str] = mapped_column(unique=True)
    last_name: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")

    @property
    def display_name(self) -> str:
        return f"Dr. {self.first_name} {self.last_name}" if self.first_name else self.last_name


class Visit(Base):
    """One patient's services under one control number (CLM01), or one self-pay visit. A visit is a "bill"."""

    __tablename__ = "visits"
    # Some practices use one control number for all visits of a patient.
    __table_args__ = (UniqueConstraint("patient_id", "control_number", "service_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id"))
    control_number: Mapped[str] = mapped_column(index=True)  # CLM01, or the charges file's visit id
    service_on: Mapped[date]
    place_of_service: Mapped[str] = mapped_column(default="")
    coverage_intent: Mapped[str] = mapped_column(
        default="insurance"
    )  # insurance, self_pay, do_not_file
    confidential: Mapped[bool] = mapped_column(default=False)
    desk_payment: Mapped[Money] = mapped_column("desk_payment_cents", default=Money(0))  # AMT*F5
    responsible_on: Mapped[date | None]  # CORE-3 pr_date: the last payer has answered
    # CORE-3 D0: set once, by the first delivery. The database holds every clock by trigger.
    first_statement_on: Mapped[date | None] = mapped_column(index=True)
    assistance_asked_on: Mapped[date | None]  # CORE-3 fa_app_received_at: set once
    last_paid_on: Mapped[date | None]  # CORE-3 last_payment_at: written by a trigger as money posts


class Charge(Base):
    """One service line; the ledger speaks of charges by this id."""

    __tablename__ = "charges"
    __table_args__ = (UniqueConstraint("visit_id", "line_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    line_number: Mapped[int]
    service_on: Mapped[date]
    procedure_code: Mapped[str]
    modifiers: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    units: Mapped[str] = mapped_column(default="1")
    billed: Mapped[Money] = mapped_column("billed_cents")
    description: Mapped[str] = mapped_column(default="")  # plain words, our own
    line_control: Mapped[str] = mapped_column(default="")  # REF*6R
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id"))


class Claim(Base):
    """One claim to one payer for one visit.

    `state` is open (no decision yet), decided, deciding_again (frequency 7/8 sent or reversed), void.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("visit_id", "payer_id", "sequence"),
        Index("ix__claims__control", "patient_control_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    coverage_id: Mapped[int | None] = mapped_column(ForeignKey("coverages.id"))
    patient_control_number: Mapped[str]
    sequence: Mapped[str]  # P, S, T
    frequency: Mapped[str] = mapped_column(default="1")
    filing_code: Mapped[str] = mapped_column(default="")  # SBR09
    accepts_assignment: Mapped[str] = mapped_column(default="")  # CLM07/CLM08
    billed: Mapped[Money] = mapped_column("billed_cents")
    state: Mapped[str] = mapped_column(default="open", index=True)
    payer_claim_number: Mapped[str] = mapped_column(default="", index=True)
    submitted_on: Mapped[date | None]
    # The first `submitted_on` it had, kept by a trigger: a claim sent again is no younger for it.
    first_submitted_on: Mapped[date | None] = mapped_column(index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    file_position: Mapped[int | None]  # segment of its CLM
    decided_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
