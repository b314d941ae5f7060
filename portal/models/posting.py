"""How 835 files come in by themselves, and how much of them posts without a person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class PostingPolicy(Base):
    """The rule for one payer, or for all without their own, from a day on: rows are added, none is edited."""

    __tablename__ = "posting_policies"
    __table_args__ = (
        CheckConstraint(
            "level IN ('review_all', 'clean_claims', 'all_balanced')"
            " OR (level = 'as_practice' AND payer_id IS NOT NULL)",
            name="level",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("payers.id"), index=True)
    level: Mapped[str]  # posting_policy.Level; as_practice ends a payer's own rule
    never_auto: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    effective_from: Mapped[date]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CodeEquivalence(Base):
    """A person's standing word: this payer's code is that code of ours. Only its end is written later."""

    __tablename__ = "code_equivalences"
    __table_args__ = (
        CheckConstraint("theirs <> '' AND ours <> '' AND theirs <> ours", name="codes"),
        CheckConstraint(
            "(ended_at IS NULL) = (effective_to IS NULL)"
            " AND (ended_at IS NULL) = (ended_by_id IS NULL)"
            " AND (ended_at IS NULL) = (end_reason = '')",
            name="end_whole",
        ),
        # A code of theirs stands for one of ours at a time.
        Index(
            "uq__code_equivalences__standing",
            "payer_id",
            "theirs",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payer_id: Mapped[int] = mapped_column(ForeignKey("payers.id"))
    theirs: Mapped[str]  # code and modifiers as line_differences.written_code writes them
    ours: Mapped[str]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]  # its last day, once it is ended
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(default="", server_default="")


class IncomingFile(Base):
    """A file that lay in the watched folder or on the payer's server, from the first look to its end."""

    __tablename__ = "incoming_files"
    __table_args__ = (
        # One name stands open once: what comes under it later is another file.
        Index(
            "uq__incoming_files__open",
            "source",
            "name",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]  # folder, sftp
    name: Mapped[str]
    size: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # as its folder says
    sha256: Mapped[str] = mapped_column(default="")
    stored_as: Mapped[str] = mapped_column(default="")  # key in the DocumentStore, once it is read
    # growing, cut_off, kept, posted, duplicate, refused, gone
    state: Mapped[str] = mapped_column(default="growing")
    reason: Mapped[str] = mapped_column(default="")  # in words: what it is, and what to do
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    standing_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # with this size
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # moved aside
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
