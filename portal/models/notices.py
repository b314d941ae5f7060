"""Letters with required words: their templates, each letter as it was made, and what became of every sending (ADR 0025)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class NoticeTemplate(Base):
    """One version of a letter's words in one language; the words never change, a new version follows.

    In force from `effective_on` once a second person approved it. The first version is the one that the program
    brings. Words of a state's law are used only once a person reviewed them (`reviewed_at`).
    """

    __tablename__ = "notice_templates"
    __table_args__ = (
        UniqueConstraint("kind", "state", "language", "version"),
        CheckConstraint("approved_by_id <> proposed_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # billing.notices.NoticeKind
    state: Mapped[str] = mapped_column(default="")  # whose law asks for it; empty for all
    language: Mapped[str]  # en, es
    version: Mapped[int]
    effective_on: Mapped[date]
    words: Mapped[dict[str, Any]] = mapped_column(JSONB)  # billing.notice_text.Words
    required_fields: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    text_hash: Mapped[str]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Notice(Base):
    """One letter: the words as they were frozen, what the gate said when it left, and where it stands."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix__notices__account", "guarantor_account_id", "id"),
        Index(
            "ix__notices__waiting", "id", postgresql_where=text("state IN ('queued', 'returned')")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)  # the same event makes one letter
    kind: Mapped[str]
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    visit_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    subject: Mapped[str] = mapped_column(default="")  # what it answers: application:12
    template_id: Mapped[int] = mapped_column(ForeignKey("notice_templates.id"))
    language: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the merge fields, as given
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)  # billing.notice_text.Page
    content_hash: Mapped[str]
    eca_types: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    deadline_on: Mapped[date | None]
    summary_id: Mapped[str] = mapped_column(default="")  # the enclosed plain-language summary
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # none: by the day
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str]  # queued, sending (an e-mail is on its way), sent, stopped, returned
    gate: Mapped[str] = mapped_column(default="")  # its answer at the moment of sending
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"), unique=True)
    sent_on: Mapped[date | None]


class NoticeDelivery(Base):
    """One thing that became of a letter or a statement on paper or by e-mail; only ever added to.

    `address` is as sent to; of an account whose envelope is nobody's to read it says so and no more (HIPAA-10).
    """

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        UniqueConstraint("source"),
        Index("ix__notice_deliveries__notice", "notice_id"),
        Index("ix__notice_deliveries__statement", "statement_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]  # what told us; the same told again adds nothing
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    channel: Mapped[str]  # paper, email
    address: Mapped[str]
    content_hash: Mapped[str]  # of the words
    document_hash: Mapped[str] = mapped_column(default="")  # SHA-256 of the PDF as mailed
    batch: Mapped[str] = mapped_column(default="")  # the day's folder
    status: Mapped[str]  # handed_over, accepted, mailed, returned, forwarded, bounced
    detail: Mapped[str] = mapped_column(default="")  # the provider's own word or code
    happened_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BadAddress(Base):
    """A mailing address from which the post came back; ended when it is known to be right again (CORE-3)."""

    __tablename__ = "bad_addresses"
    __table_args__ = (
        UniqueConstraint("source"),
        Index(
            "ix__bad_addresses__account",
            "guarantor_account_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    lines_hash: Mapped[str]  # of the envelope's lines: a safe address is not written twice
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
