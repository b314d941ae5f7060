"""Payment plans: what was asked for, what was signed, its instalments, and what happened since.

What somebody signed is never edited: a change is a further version. The database holds this by trigger.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by

# Defaulted is over unless it is cured: by then another plan may have taken its place.
OPEN_STATES = ("proposed", "awaiting_approval", "offered", "active", "paused", "in_grace")
LIVING_STATES = ("active", "paused", "in_grace")  # signed, and being paid
_OPEN = "state IN ({})".format(", ".join(f"'{state}'" for state in OPEN_STATES))


class Plan(Base):
    """One plan of one account, from the wish to its end; the page makes the id."""

    __tablename__ = "plans"
    __table_args__ = (
        Index(
            "uq__plans__one_open", "guarantor_account_id", unique=True, postgresql_where=text(_OPEN)
        ),
        Index("ix__plans__state", "state", "state_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    number: Mapped[str] = mapped_column(unique=True)  # on its papers; random, says nothing
    state: Mapped[str]  # billing.transitions.PlanState
    state_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    current_version: Mapped[int] = mapped_column(default=0)  # 0 until somebody signed
    pause_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(default="")


class PlanProposal(Base):
    """Terms that nobody signed yet: asked for by a patient or made by staff, and what was decided.

    `ask` is what was wished for; a counter-offer is a proposal of its own beside the one it answers.
    """

    __tablename__ = "plan_proposals"
    __table_args__ = (
        CheckConstraint("total_cents > 0", name="total_above_zero"),
        CheckConstraint("instalments > 0", name="instalments_above_zero"),
        # Two people, held by the database too: whoever wrote the terms down never approves them.
        CheckConstraint(
            "decided_by_login_id <> asked_by_login_id OR state <> 'approved' OR alone_log_id IS NOT NULL",
            name="second_person",
        ),
        *alone_by("plan_proposals", "decided_by_login_id"),
        Index(
            "uq__plan_proposals__one_open",
            "plan_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'approved')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    total: Mapped[Money] = mapped_column("total_cents")
    down: Mapped[Money] = mapped_column("down_cents")
    instalments: Mapped[int]
    first_on: Mapped[date]
    day: Mapped[int]
    state: Mapped[str]  # waiting, approved, countered, declined, signed, withdrawn
    outside: Mapped[list[str]] = mapped_column(JSONB)  # why it needs approval
    reason: Mapped[str] = mapped_column(default="")  # in the words of whoever asked
    asked_by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    asked_by_face: Mapped[str]  # patient, staff
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer_by: Mapped[date | None]  # the day by which a patient hears (PLAN-3)
    decided_by_login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reasons: Mapped[list[str]] = mapped_column(JSONB, default=list)
    counters_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_proposals.id"))
    letter_message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))


class PlanVersion(Base):
    """What was signed, as it was signed, with the texts that were on the page; never edited."""

    __tablename__ = "plan_versions"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        # PLAN-2: five instalments or more are never signed without the box.
        CheckConstraint(
            "instalments < 5 OR federal_box_hash IS NOT NULL", name="federal_box_when_five"
        ),
        CheckConstraint("total_cents > 0", name="total_above_zero"),
        CheckConstraint("typed_name <> ''", name="somebody_signed"),
        Index("ix__plan_versions__signed_at", "signed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    number: Mapped[int]
    total: Mapped[Money] = mapped_column("total_cents")
    down: Mapped[Money] = mapped_column("down_cents")
    instalments: Mapped[int]
    first_on: Mapped[date]
    day: Mapped[int]
    method: Mapped[str]  # manual, saved
    why: Mapped[str]  # first, bill_added, day_changed, restart, changed
    text_version: Mapped[str]
    agreement: Mapped[dict[str, Any]] = mapped_column(JSONB)  # all words and figures of the paper
    agreement_hash: Mapped[str]
    federal_box_hash: Mapped[str | None]
    state_row: Mapped[str] = mapped_column(default="")  # whose text pack it carries
    language: Mapped[str] = mapped_column(default="en")
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_on: Mapped[date]  # at the practice
    signed_how: Mapped[str]  # online, paper
    signed_by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))  # paper: who kept it
    proxy_grant_id: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))
    typed_name: Mapped[str]
    paper_reference: Mapped[str] = mapped_column(default="")  # where the signed paper is kept
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_proposals.id"))
    approved_by_login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    policy_number: Mapped[int] = mapped_column(default=0)  # 0: the policy the software comes with
    # The last posting before the signature: a day alone does not tell what came first.
    ledger_position: Mapped[int] = mapped_column(BigInteger, server_default="0")


class PlanInstalment(Base):
    """One instalment of one version."""

    __tablename__ = "plan_instalments"
    __table_args__ = (
        UniqueConstraint("version_id", "number"),
        CheckConstraint("amount_cents > 0", name="amount_above_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_versions.id"))
    number: Mapped[int]
    due_on: Mapped[date]
    amount: Mapped[Money] = mapped_column("amount_cents")


class PlanLine(Base):
    """How much of which charge a version covered when it was signed."""

    __tablename__ = "plan_lines"
    __table_args__ = (UniqueConstraint("version_id", "charge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_versions.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")


class PlanEvent(Base):
    """What the ledger cannot say of a plan: skipped, paused, told, left out; only ever added."""

    __tablename__ = "plan_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    kind: Mapped[str]
    on: Mapped[date]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the day's clock
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ledger_position: Mapped[int] = mapped_column(BigInteger, server_default="0")


class PlanPolicy(Base):
    """What the practice offers by itself; each change is a new row, and the newest counts (PLAN-12)."""

    __tablename__ = "plan_policies"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    made_by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
