"""What the gate keeps: denials, what opened a cell, proofs of steps, the practice's profile, reviews of state law."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base


class GateDenial(Base):
    """One no of the gate; never edited. It names no account by key, so that a locked account never waits for it."""

    __tablename__ = "gate_denials"
    __table_args__ = (Index("ix__gate_denials__account", "guarantor_account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]  # billing.holds.Action
    rule_ids: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    conditions: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # billing.holds.Condition
    guarantor_account_id: Mapped[int]
    visit_id: Mapped[int | None]
    asked_by: Mapped[str] = mapped_column(default="")  # which part of the software asked
    login_id: Mapped[int | None]  # the person behind it, where there is one
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=clock.now, server_default=text("now()")
    )


class GateClearance(Base):
    """What `billing.holds.NEEDED` asks for one cell, on record for one account; ended, never deleted."""

    __tablename__ = "gate_clearances"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    condition: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str]
    until_on: Mapped[date | None]
    by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CollectionProof(Base):
    """One step before collecting that was taken, and what shows it; never edited (COLL-4, COLL-5, FA-8)."""

    __tablename__ = "collection_proofs"
    __table_args__ = (
        UniqueConstraint("source"),
        Index("ix__collection_proofs__account", "guarantor_account_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)  # none: all
    kind: Mapped[str]  # portal.services.prove_step.ProofKind
    happened_on: Mapped[date]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    source: Mapped[str]  # what it is of: notice:<id>, call:<id>, form:<id>; the same proves once
    by_login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProofRevoked(Base):
    """What takes a proof back: the notice came back, the call was of somebody else."""

    __tablename__ = "proofs_revoked"

    id: Mapped[int] = mapped_column(primary_key=True)
    proof_id: Mapped[int] = mapped_column(ForeignKey("collection_proofs.id"), unique=True)
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DunningStep(Base):
    """A step that the calendar found due for an account, once for each start of its clock."""

    __tablename__ = "dunning_steps"
    __table_args__ = (
        UniqueConstraint("guarantor_account_id", "step", "started_on"),
        Index("ix__dunning_steps__due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    step: Mapped[str]  # billing.dunning.Step
    started_on: Mapped[date]  # the D0 that counts, or the day a plan of these bills was lost
    due_on: Mapped[date]
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OrganisationProfile(Base):
    """One version of what the practice says of itself (CORE-1); in force from a day on, never edited."""

    __tablename__ = "organisation_profiles"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(unique=True)
    starts_on: Mapped[date]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)  # fields of billing.organisation
    reason: Mapped[str]
    by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StateReview(Base):
    """A person here has read one row of the state pack against the law, as it stood then; never edited."""

    __tablename__ = "state_reviews"
    __table_args__ = (Index("ix__state_reviews__row", "row_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(unique=True)
    row_key: Mapped[str]  # billing.state_rules.StateRule.key
    fingerprint: Mapped[str]
    confirmed: Mapped[bool]  # false: taken back
    note: Mapped[str]
    by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ClockChange(Base):
    """What a clock of a visit showed before and after; written by the database alone (CORE-3)."""

    __tablename__ = "clock_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    clock: Mapped[str]
    was: Mapped[date | None]
    now: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
