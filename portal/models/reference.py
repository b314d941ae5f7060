"""Prices and contracted amounts, what payers allowed beside them, the history of reference data, and files of it that wait to be applied."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class FeeRow(Base):
    """What a service costs (no payer), or what a payer's contract allows for it, from a day until the next row.

    Two rows never overlap: a row ends where the next of its key begins. No amount: from then on nothing is agreed.
    """

    __tablename__ = "fee_schedules"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_below_zero"),
        Index(
            "uq__fee_schedules__key",
            "payer_id",
            "procedure",
            "modifiers",
            "from_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"))
    procedure: Mapped[str]
    modifiers: Mapped[str]  # sorted, with ; between them
    from_on: Mapped[date]
    amount: Mapped[Money | None] = mapped_column("amount_cents")


class ContractVariance(Base):
    """One line of a decision beside the row of the schedule of that day; kept as it was compared (OPS-16)."""

    __tablename__ = "contract_variances"
    __table_args__ = (
        UniqueConstraint("remittance_claim_id", "charge_id"),
        Index("ix__contract_variances__at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_claim_id: Mapped[int] = mapped_column(ForeignKey("remittance_claims.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"))
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"))
    fee_id: Mapped[int] = mapped_column(ForeignKey("fee_schedules.id"))
    expected: Mapped[Money] = mapped_column("expected_cents")
    allowed: Mapped[Money] = mapped_column("allowed_cents")
    underpaid: Mapped[bool]  # short by more than the settings of the day let pass
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReferenceChange(Base):
    """One row of reference data before and after somebody changed it; never edited."""

    __tablename__ = "reference_changes"
    __table_args__ = (Index("ix__reference_changes__row", "kind", "key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # billing.reference_data.Kind
    key: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    file: Mapped[str]  # its name; empty: by hand
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReferenceUpload(Base):
    """A file as it came, until somebody who saw what it changes applies it."""

    __tablename__ = "reference_uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)  # reference data names no patient
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
