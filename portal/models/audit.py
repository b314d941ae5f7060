"""Who saw and did what (HIPAA-3): append-only rows, sealed in batches by a hash chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class AuditEvent(Base):
    """One view, search, change or denied try."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix__audit_events__at", "at"),
        Index("ix__audit_events__account_ids", "account_ids", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    face: Mapped[str]
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
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
    # On whose behalf: the grant under which the actor acted. Last, as `seal_audit` needs it.
    acting_for: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))


class AuditSeal(Base):
    """A batch of audit rows under one hash, which holds the hash before it."""

    __tablename__ = "audit_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_event_id: Mapped[int] = mapped_column(BigInteger)
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
