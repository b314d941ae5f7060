"""Telephone calls about bills: who called whom, when, and what came of it (COLL-5, COLL-14, COLL-21)."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base

MOMENT = DateTime(timezone=True)


class PhoneCall(Base):
    """One call of an account, from the moment at which it began. Without an outcome it still counts as tried."""

    __tablename__ = "phone_calls"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('', 'spoke', 'left_message', 'no_answer', 'wrong_number', 'refused')",
            name="outcome_known",
        ),
        CheckConstraint("(outcome = '') = (ended_at IS NULL)", name="outcome_with_its_moment"),
        CheckConstraint("(corrected_at IS NULL) = (correction = '')", name="correction_whole"),
        Index("ix__phone_calls__account", "guarantor_account_id", "started_at"),
        Index("ix__phone_calls__started_by_id", "started_by_id"),
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True
    )  # made with the page: a form sent twice is one
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    number: Mapped[str]  # E.164
    inbound: Mapped[bool]  # they called us
    started_at: Mapped[datetime] = mapped_column(MOMENT)
    started_on: Mapped[date]  # the practice's day
    started_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    outcome: Mapped[str] = mapped_column(default="", server_default="")  # call_rules.Outcome
    spoke_with: Mapped[str] = mapped_column(default="", server_default="")
    told_of_help: Mapped[bool] = mapped_column(default=False, server_default="false")
    note: Mapped[str] = mapped_column(default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)  # when the outcome was noted
    # It was somebody else after all: the outcome says so from then on, and the proof is none.
    corrected_at: Mapped[datetime | None] = mapped_column(MOMENT)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    correction: Mapped[str] = mapped_column(default="", server_default="")


class CallWish(Base):
    """When and where somebody asked not to be called about bills; the newest of an account holds (COLL-15)."""

    __tablename__ = "call_wishes"
    __table_args__ = (
        CheckConstraint(
            "calls_from IS NULL OR calls_until IS NULL OR calls_from < calls_until", name="hours"
        ),
        Index("ix__call_wishes__account", "guarantor_account_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    calls_from: Mapped[time | None]  # by their clock; none: from when calls are made at all
    calls_until: Mapped[time | None]
    not_numbers: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)  # E.164: at work
    not_at_work: Mapped[bool] = mapped_column(default=False, server_default="false")
    no_calls: Mapped[bool] = mapped_column(default=False, server_default="false")  # texts, letters
    said_at: Mapped[datetime] = mapped_column(MOMENT)
    # Of our office, or their own where they wrote it themselves.
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
