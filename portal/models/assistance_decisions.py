"""What was decided about assistance, what of it stands on which line, and the figures it was decided by (FA-3, FA-4, FA-8..11).

A decision that posted is never edited: it is reversed, or a further one is made.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by


class AssistanceScale(Base):
    """A version of the sliding scale, from a day on; the newest row of a day counts. Never changed."""

    __tablename__ = "assistance_scales"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scale: Mapped[dict[str, Any]] = mapped_column(JSONB)
    effective_from: Mapped[date]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AssistanceAgb(Base):
    """One computation of amounts generally billed, from our own ledger (FA-4). The newest counts."""

    __tablename__ = "assistance_agb"
    __table_args__ = (
        CheckConstraint("hundredths BETWEEN 0 AND 10000", name="a_percentage"),
        CheckConstraint("first_on <= last_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    allowed: Mapped[Money] = mapped_column("allowed_cents")
    gross: Mapped[Money] = mapped_column("gross_cents")
    hundredths: Mapped[int]  # of a percent of gross
    decisions: Mapped[int]  # how many of payers it sums
    medicare: Mapped[dict[str, Any]] = mapped_column(JSONB)  # {"allowed": cents, "gross": cents}
    private: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the daily run
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AssistanceScreening(Base):
    """Our own books were asked whether an account is presumed to have assistance (FA-8); a row each time."""

    __tablename__ = "assistance_screenings"
    __table_args__ = (
        Index("ix__assistance_screenings__account", "guarantor_account_id", "screened_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    screened_on: Mapped[date]
    screened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    why: Mapped[str]  # placement, plan, office, dunning
    result: Mapped[str]  # billing.assistance.Presumed, or "none"
    evidence: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the gate


class AssistanceVerification(Base):
    """What the office found after reading an application and its papers; the newest counts, none is edited."""

    __tablename__ = "assistance_verifications"
    __table_args__ = (CheckConstraint("household >= 1 AND income_cents >= 0", name="possible"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id", name="fk__assistance_verifications__application"),
        index=True,
    )
    household: Mapped[int]
    income: Mapped[Money] = mapped_column("income_cents")  # of twelve months
    how: Mapped[str]  # the arithmetic, in words
    residence: Mapped[str]
    presumed: Mapped[str] = mapped_column(default="")  # billing.assistance.Presumed
    owed_in_year: Mapped[Money] = mapped_column("owed_in_year_cents")
    paid_in_year: Mapped[Money] = mapped_column("paid_in_year_cents")
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AssistanceRequest(Base):
    """What was asked for, of the closed list; a sent request is never edited."""

    __tablename__ = "assistance_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("assistance_applications.id", name="fk__assistance_requests__application"),
        index=True,
    )
    items: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # billing.assistance_reasons.Proof
    note: Mapped[str]
    asked_on: Mapped[date]
    answer_by: Mapped[date]
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AssistanceDecision(Base):
    """One answer to one application, or to what our own books presume. The id names its entries in the ledger too.

    `state`: waiting (for a second person), sent_back, made, reversed. What is granted stands in `awards`.
    """

    __tablename__ = "assistance_decisions"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('approved', 'partial', 'denied', 'incomplete')", name="outcome"
        ),
        CheckConstraint("state IN ('waiting', 'sent_back', 'made', 'reversed')", name="state"),
        # OPS-13, FA-11, held by the database too.
        CheckConstraint(
            "second_id <> made_by_id OR alone_log_id IS NOT NULL", name="second_person"
        ),
        *alone_by("assistance_decisions", "second_id"),
        CheckConstraint(
            "state IN ('waiting', 'sent_back') OR granted_cents <= second_above_cents"
            " OR second_id IS NOT NULL",
            name="second_above_the_limit",
        ),
        CheckConstraint("made_by_id IS NOT NULL OR by_rule <> ''", name="has_an_approver"),
        CheckConstraint("outcome <> 'denied' OR policy_line <> ''", name="denied_by_policy"),
        CheckConstraint("by_rule = '' OR outcome = 'approved'", name="rules_only_approve"),
        CheckConstraint(
            "application_id IS NOT NULL OR screening_id IS NOT NULL", name="answers_something"
        ),
        Index("ix__assistance_decisions__standing", "state", "ends_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("assistance_applications.id", name="fk__assistance_decisions__application"),
        index=True,
    )
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_screenings.id"))
    account_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    outcome: Mapped[str]
    state: Mapped[str]
    policy_line: Mapped[str] = mapped_column(default="")  # billing.assistance_reasons.PolicyLine
    note: Mapped[str] = mapped_column(default="")  # for the office alone
    # The measure: who lives on what, and the rules that were asked.
    household: Mapped[int]
    income: Mapped[Money] = mapped_column("income_cents")  # of twelve months
    residence: Mapped[str]
    line: Mapped[Money] = mapped_column("line_cents")  # 100 % of the poverty line
    percent: Mapped[int]  # income in hundredths of a percent of it
    guideline_year: Mapped[int]
    route: Mapped[str]  # billing.assistance.Route
    presumed: Mapped[str] = mapped_column(default="")
    because: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    scale_number: Mapped[int]  # 0: as the software comes
    discount: Mapped[int]
    cap: Mapped[Money | None] = mapped_column("cap_cents")
    agb_hundredths: Mapped[int | None]
    agb_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_agb.id"))
    # What it came to on its day; later bills have awards of their own.
    before: Mapped[Money] = mapped_column("before_cents")
    granted: Mapped[Money] = mapped_column("granted_cents")
    owes: Mapped[Money] = mapped_column("owes_cents")
    back: Mapped[Money] = mapped_column("back_cents")
    covers_since: Mapped[date]
    effective_on: Mapped[date]
    ends_on: Mapped[date]
    second_above: Mapped[Money] = mapped_column("second_above_cents")
    by_rule: Mapped[str] = mapped_column(default="")  # why no person had to decide it
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    second_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    second_note: Mapped[str] = mapped_column(default="")
    # An appeal is decided by a further decision, of another person (FA-10).
    appealed_on: Mapped[date | None]
    appeal_words: Mapped[str] = mapped_column(default="")
    answers_id: Mapped[UUID | None] = mapped_column(ForeignKey("assistance_decisions.id"))
    reversed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    reversed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reversed_why: Mapped[str] = mapped_column(default="")


class AssistanceAward(Base):
    """What a decision left of one line on one day: `share - off = owes`, and `off` stands in the entry."""

    __tablename__ = "assistance_awards"
    __table_args__ = (
        CheckConstraint("off_cents >= 0 AND owes_cents >= 0", name="not_below_zero"),
        UniqueConstraint("decision_id", "charge_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("assistance_decisions.id"), index=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    on: Mapped[date] = mapped_column("granted_on")
    gross: Mapped[Money] = mapped_column("gross_cents")
    share: Mapped[Money] = mapped_column("share_cents")
    paid: Mapped[Money] = mapped_column("paid_cents")
    off: Mapped[Money] = mapped_column("off_cents")  # in all, earlier help on the line counted in
    owes: Mapped[Money] = mapped_column("owes_cents")
    agb: Mapped[Money | None] = mapped_column("agb_cents")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))


class AssistanceLetter(Base):
    """The letter of a decision, kept as it was written: its words, and the PDF by its hash."""

    __tablename__ = "assistance_letters"
    __table_args__ = (UniqueConstraint("decision_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("assistance_decisions.id"))
    language: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str]
    stored_as: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
