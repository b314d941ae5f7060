"""What payers said: each 835 set, each claim in it, each line and adjustment, and each PLB."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.ledger import XactId


class RemittanceRow(Base):
    """One ST*835. Held sets keep their row, with reasons; identity is posting.md's."""

    __tablename__ = "remittances"
    __table_args__ = (
        UniqueConstraint("payer_tax_id", "trace", "issued_on", "fingerprint"),
        Index("ix__remittances__trace", "trace"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    position: Mapped[int]  # segment of its ST
    trace: Mapped[str]  # TRN02
    payer_tax_id: Mapped[str]  # TRN03
    payer_name: Mapped[str]
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))
    issued_on: Mapped[date]  # BPR16
    paid: Mapped[Money] = mapped_column("paid_cents")  # BPR02, negative when BPR03 = D
    plb: Mapped[Money] = mapped_column("plb_cents")
    fingerprint: Mapped[str]
    status: Mapped[str]  # posted, held, waiting (our rule: a person posts it), rejected
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # Who posted a set that waited; none where it posted as it came in.
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class RemittanceClaim(Base):
    """One CLP and what became of it."""

    __tablename__ = "remittance_claims"
    __table_args__ = (UniqueConstraint("remittance_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_id: Mapped[int] = mapped_column(ForeignKey("remittances.id"))
    ordinal: Mapped[int]
    position: Mapped[int]  # segment of its CLP
    patient_control_number: Mapped[str] = mapped_column(index=True)
    payer_claim_number: Mapped[str] = mapped_column(default="", index=True)
    status_code: Mapped[str]
    billed: Mapped[Money] = mapped_column("billed_cents")
    paid: Mapped[Money] = mapped_column("paid_cents")
    patient_responsibility: Mapped[Money] = mapped_column("patient_responsibility_cents")
    under_review: Mapped[Money] = mapped_column("under_review_cents", default=Money(0))
    patient_name: Mapped[str] = mapped_column(default="")
    original_reference: Mapped[str] = mapped_column(default="")
    remarks: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    disposition: Mapped[str]  # posted, unmatched, held, waiting, released
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    reversed_by_id: Mapped[int | None] = mapped_column(ForeignKey("remittance_claims.id"))
    # When an earlier payer decides again, the share this decision put on the patient goes back.
    share_returned_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    decided_on: Mapped[date] = mapped_column(index=True)
    # Since when it answers this claim, and since when an amount of it is a denial; null where that is since it came.
    matched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    denied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Which transaction wrote or changed it last; a trigger keeps it, so that the reports read only what moved.
    changed_xid: Mapped[int] = mapped_column(
        XactId(), index=True, server_default=text("pg_current_xact_id()")
    )


class RemittanceLine(Base):
    """One adjudicated line, spread onto our charge where it could be matched."""

    __tablename__ = "remittance_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_claim_id: Mapped[int] = mapped_column(ForeignKey("remittance_claims.id"), index=True)
    position: Mapped[int]
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"), index=True)
    procedure: Mapped[str]
    submitted_procedure: Mapped[str] = mapped_column(default="", server_default="")  # SVC06
    service_on: Mapped[date | None]
    billed: Mapped[Money] = mapped_column("billed_cents")
    paid: Mapped[Money] = mapped_column("paid_cents")
    remarks: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)


class LineAdjustment(Base):
    """One CAS amount on a line after the spread, with the bucket a patient sees (STMT-3)."""

    __tablename__ = "line_adjustments"
    __table_args__ = (
        Index(
            "ix__line_adjustments__stays",
            "remittance_line_id",
            postgresql_where=text("outcome = 'stays'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_line_id: Mapped[int] = mapped_column(ForeignKey("remittance_lines.id"), index=True)
    group_code: Mapped[str]
    carc: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    bucket: Mapped[str]
    outcome: Mapped[str]  # billing.decision.Outcome values, or held


class LineMatch(Base):
    """Which of our lines a person said that a payer's line answers, so that the release can be told again."""

    __tablename__ = "line_matches"
    __table_args__ = (UniqueConstraint("remittance_claim_id", "line_number", "charge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_claim_id: Mapped[int] = mapped_column(ForeignKey("remittance_claims.id"))
    line_number: Mapped[int]  # of the SVC in its CLP, counted from 1
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"))
    theirs: Mapped[str]
    ours: Mapped[str]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProviderAdjustmentRow(Base):
    """One PLB pair and the account it went to."""

    __tablename__ = "provider_adjustments"
    __table_args__ = (
        Index(
            "ix__provider_adjustments__reference",
            "reference",
            postgresql_where=text("reference <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_id: Mapped[int] = mapped_column(ForeignKey("remittances.id"), index=True)
    position: Mapped[int]
    reason: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[Money] = mapped_column("amount_cents")
    ledger_account: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
