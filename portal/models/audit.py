"""Who saw and did what (HIPAA-3): append-only rows, sealed in batches by a hash chain."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class AuditEvent(Base):
    """One view, search, change or denied try."""

    __tablename__ = "audit_events"
    __table_args__ = (
        # The viewer's filters, each newest first: a trail has millions of rows.
        Index("ix__audit_events__at", "at", "id"),
        Index("ix__audit_events__login_id", "login_id", "at", "id"),
        Index("ix__audit_events__action", "action", "at", "id"),
        Index("ix__audit_events__object", "object_type", "object_id", "at", "id"),
        Index("ix__audit_events__request_id", "request_id"),
        Index("ix__audit_events__not_done", "at", "id", postgresql_where=text("outcome <> 'ok'")),
        Index("ix__audit_events__account_ids", "account_ids", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    face: Mapped[str]
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    role: Mapped[str] = mapped_column(default="")
    action: Mapped[str]  # view, search, create, update, export, sign_in, sign_in_failed, denied ...
    object_type: Mapped[str]
    object_id: Mapped[str] = mapped_column(default="")
    account_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    patient_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    outcome: Mapped[str] = mapped_column(default="ok")
    reason: Mapped[str] = mapped_column(default="")
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default="")
    # Newer columns stand last and may be empty, as `seal_audit` needs it.
    # On whose behalf: the grant under which the actor acted.
    acting_for: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))
    row_count: Mapped[int | None]  # how many rows a download had


class AuditSeal(Base):
    """A batch of audit rows under one hash, which holds the hash before it."""

    __tablename__ = "audit_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_event_id: Mapped[int] = mapped_column(BigInteger)
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AuditAlert(Base):
    """Something of one day that a person must look at (HIPAA-4); the same fact found again adds none."""

    __tablename__ = "audit_alerts"
    __table_args__ = (
        CheckConstraint("(reviewed_at IS NULL) = (outcome = '')", name="reviewed"),
        Index("ix__audit_alerts__open", "day", "id", postgresql_where=text("reviewed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # of billing/audit_rules.py
    day: Mapped[date] = mapped_column(index=True)
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    first_event_id: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]  # how many rows of the trail it stands on
    detail: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    outcome: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class AuditSignOff(Base):
    """A month of alerts, looked over and signed (HIPAA-4), with the chain as it stood then."""

    __tablename__ = "audit_sign_offs"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(unique=True)  # its first day
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    alerts: Mapped[int]
    last_seal_digest: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class RestrictedAccount(Base):
    """An account that only some roles open without giving a reason; ended, never deleted."""

    __tablename__ = "restrictions"
    __table_args__ = (
        CheckConstraint("kind IN ('vip', 'staff', 'by_request')", name="kind"),
        Index(
            "uq__restrictions__live",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    kind: Mapped[str]
    staff_login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # whose own it is
    reason: Mapped[str]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(default="")


class BreakGlass(Base):
    """A member of staff opened one restricted account for a while, for a reason (HIPAA-3)."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index("ix__break_glass__open", "login_id", "guarantor_account_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(ForeignKey("guarantor_accounts.id"))
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    role: Mapped[str]
    reason_code: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
