"""What payers refused, what was done about it, until when it may be, and what came of it (OPS-4 to OPS-7)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Denial(Base):
    """One reason of one decision, with all lines that it took money from.

    Amounts in cents. Where it stands is `state` (billing.denial_states); `closed_at` when nothing is left to do.
    """

    __tablename__ = "denials"
    __table_args__ = (
        UniqueConstraint("remittance_claim_id", "group_code", "carc"),
        Index("ix__denials__open", "deadline_on", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"), index=True)
    charge_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # The decision that stands: a later one with the same reason takes its place.
    remittance_claim_id: Mapped[int] = mapped_column(ForeignKey("remittance_claims.id"))
    group_code: Mapped[str]
    carc: Mapped[str]  # both empty: the payer gave no reason
    rarcs: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    amount: Mapped[Money] = mapped_column("amount_cents")  # at risk
    # What plans had paid on its lines when it was opened: what comes later was recovered.
    paid_before: Mapped[Money] = mapped_column("paid_before_cents", default=Money(0))
    category: Mapped[str] = mapped_column(index=True)  # billing.denials.DenialCategory
    root_cause: Mapped[str]
    preventable: Mapped[bool]
    state: Mapped[str]
    action: Mapped[str]  # billing.denials.NextAction
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    noticed_on: Mapped[date]  # of the decision, or of the payer's last answer to an appeal
    level: Mapped[int] = mapped_column(default=0)  # appeals sent so far
    deadline_on: Mapped[date | None]  # of the next appeal
    deadline_of: Mapped[str] = mapped_column(default="")  # billing.appeal_clock.Limit
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    first_touch_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recovered: Mapped[Money] = mapped_column("recovered_cents", default=Money(0))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("denials.id"))
    version: Mapped[int] = mapped_column(default=1)  # a form that saw an older one is refused


class DenialEventRow(Base):
    """One thing that happened to a denial; never edited. `login_id` is empty where a file or the clock did it."""

    __tablename__ = "denial_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    denial_id: Mapped[int] = mapped_column(ForeignKey("denials.id"), index=True)
    what: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    amount: Mapped[Money] = mapped_column("amount_cents", default=Money(0))
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Appeal(Base):
    """One appeal of one claim at one level. The form makes the id; the packet is kept as it was built."""

    __tablename__ = "appeals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    level: Mapped[int]
    template_key: Mapped[str]
    template_version: Mapped[int]  # 0: as it came with the product
    letter: Mapped[str]  # as it was sent, fields filled
    enclosures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # title, pages, sha256
    stored_as: Mapped[str]  # key in the DocumentStore
    sha256: Mapped[str]
    pages: Mapped[int]
    amount: Mapped[Money] = mapped_column("amount_cents")
    built_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    built_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_on: Mapped[date | None]
    method: Mapped[str] = mapped_column(default="")  # mail, fax, payer_site
    reference: Mapped[str] = mapped_column(default="")  # tracking or confirmation number
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    decision: Mapped[str] = mapped_column(default="")  # won, partly, lost; empty: not answered
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    version: Mapped[int] = mapped_column(default=1)


class AppealDenial(Base):
    """Which denials an appeal is about."""

    __tablename__ = "appeal_denials"

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    denial_id: Mapped[int] = mapped_column(ForeignKey("denials.id"), primary_key=True, index=True)


class AppealDocument(Base):
    """A paper for appeals of one claim, checked and made harmless when it came in; found by its hash."""

    __tablename__ = "appeal_documents"
    __table_args__ = (UniqueConstraint("claim_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    title: Mapped[str]
    stored_as: Mapped[str]
    sha256: Mapped[str]
    pages: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PayerDeadline(Base):
    """How long a payer may be asked, from a date on; the newest row counts, older ones are its history."""

    __tablename__ = "payer_deadlines"
    __table_args__ = (Index("ix__payer_deadlines__payer", "payer_id", "what"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"))
    what: Mapped[str]  # billing.appeal_clock.Limit
    days: Mapped[int]
    basis: Mapped[str]  # billing.appeal_clock.Basis
    since: Mapped[date]
    source: Mapped[str]  # contract, manual, letter
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AppealTemplate(Base):
    """A version of a letter; the newest of its key counts. What was sent keeps the version it was made from."""

    __tablename__ = "appeal_templates"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    category: Mapped[str] = mapped_column(default="")  # empty: for every category
    title: Mapped[str]
    body: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
