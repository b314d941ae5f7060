"""Work that a person must decide: every held, unmatched, denied or unexplained thing has one row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class WorkItem(Base):
    """What is wrong, whose money, how much, by when, and how it ended."""

    __tablename__ = "work_items"
    __table_args__ = (
        Index("ix__work_items__unpaid", "claim_id", postgresql_where=text("kind = 'unpaid_claim'")),
        # With all that counting the lists asks of an item: it never has to fetch the rows themselves.
        Index(
            "ix__work_items__open_kind",
            "kind",
            postgresql_include=(
                *("category", "amount_cents", "due_on", "opened_at", "owner_id", "claim_id"),
                *("visit_id", "suspense_reason", "waiting_for", "closed_at"),
            ),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # As the queue is ordered: what is due first, and of the closed the latest.
        Index(
            "ix__work_items__open_due",
            "due_on",
            text("amount_cents DESC"),
            "id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix__work_items__closed",
            text("closed_at DESC"),
            "id",
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)  # the same fact opens one item
    kind: Mapped[str] = mapped_column(
        index=True
    )  # held_claim, unmatched, held_set, denial, review, plb, refund, ...
    # billing.exceptions.Category of what a remittance could not post by itself; empty for other work.
    category: Mapped[str] = mapped_column(default="", server_default="", index=True)
    # Items of one pattern are mended in one way: payer, category and the codes, never a person.
    pattern: Mapped[str] = mapped_column(default="", server_default="", index=True)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    next_step: Mapped[str] = mapped_column(default="")
    amount: Mapped[Money] = mapped_column("amount_cents", default=Money(0))
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    remittance_id: Mapped[int | None] = mapped_column(ForeignKey("remittances.id"))
    remittance_claim_id: Mapped[int | None] = mapped_column(ForeignKey("remittance_claims.id"))
    holds_bill: Mapped[bool] = mapped_column(default=False)  # the visit is not billable while open
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    # keep_in_suspense.SuspenseReason: nobody can say yet whose money it is, and somebody said so
    suspense_reason: Mapped[str] = mapped_column(default="", server_default="")
    waiting_for: Mapped[str] = mapped_column(default="", server_default="")  # payer: it was asked
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    outcome: Mapped[str] = mapped_column(default="")


class WorkNote(Base):
    """What a member of staff found out about an item; never edited."""

    __tablename__ = "work_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_item_id: Mapped[int] = mapped_column(ForeignKey("work_items.id"), index=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WorkAction(Base):
    """One thing that a member of staff did to an item. The last one is the version that a page has seen."""

    __tablename__ = "work_actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_item_id: Mapped[int] = mapped_column(ForeignKey("work_items.id"), index=True)
    form_id: Mapped[UUID | None] = mapped_column(unique=True)  # the same form acts once
    kind: Mapped[str]  # owner, note, closed, released, matched, split, suspense, denied, sent_back
    words: Mapped[str]
    # What the same fix needs for another item of the pattern; no person and no claim number.
    fix: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PayerRequest(Base):
    """What a payer was asked to correct, how, and when somebody asks again."""

    __tablename__ = "payer_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_item_id: Mapped[int] = mapped_column(ForeignKey("work_items.id"), index=True)
    way: Mapped[str]  # letter, phone
    what: Mapped[str]
    follow_up_on: Mapped[date]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
