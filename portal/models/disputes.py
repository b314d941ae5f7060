"""Disputes of patients' payments: the bank took the money back, and somebody decides what follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Dispute(Base):
    """One dispute, by the provider's id. The amounts are what its entries moved, in cents."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    withdrawn: Mapped[Money] = mapped_column("withdrawn_cents", default=Money(0))
    returned: Mapped[Money] = mapped_column("returned_cents", default=Money(0))
    fee: Mapped[Money] = mapped_column("fee_cents", default=Money(0))  # less what was given back
    state: Mapped[str]  # billing.transitions.DisputeState
    # As the provider says it: needs_response, under_review, or warning_... while a bank only asks.
    standing: Mapped[str] = mapped_column(default="", server_default="")
    due_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # to answer
    bank_reason: Mapped[str] = mapped_column(default="", server_default="")
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # billing.disputes.Decision; empty while nobody decided, or when the money came back after all
    decision: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)


class DisputeEvidence(Base):
    """One answer to a bank, kept as it was sent: the fields in letters, the document in bytes, each by its hash.

    The page makes the id; `evidence-{id}` is its key at the provider, and stands on the dispute there.
    What was sent is never edited: the database lets only the columns of its standing change.
    """

    __tablename__ = "dispute_evidence"
    __table_args__ = (
        # A bank reads one answer: to its inquiry, and one to the dispute that came of it.
        Index(
            "uq__dispute_evidence__one_answer",
            "dispute_id",
            "stage",
            unique=True,
            postgresql_where=text("state IN ('submitting', 'submitted')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    stage: Mapped[str]  # inquiry, dispute
    parts: Mapped[list[str]] = mapped_column(JSONB)  # billing.evidence.EvidencePart
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document: Mapped[str]  # its key in the document store
    sha256: Mapped[str]  # of fields and document together
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str]  # billing.transitions.EvidenceState
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    # Set while the provider owes us an answer: the moment from which on the sweep asks again.
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[str] = mapped_column(default="", server_default="")  # our words
