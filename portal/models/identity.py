"""Sign-ins of both faces: people, their sessions, their tries, and what each may see."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Login(Base):
    """One person's sign-in to one face. Patients and staff share the table, never a row."""

    __tablename__ = "logins"
    __table_args__ = (
        UniqueConstraint("face", "email"),
        CheckConstraint("face IN ('patient', 'staff')", name="face"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    face: Mapped[str]
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")  # staff only
    location: Mapped[str] = mapped_column(default="", server_default="")  # staff: where they work
    trained_on: Mapped[date | None]  # staff: in privacy
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    # How a passkey names its owner: random, and the same after a changed password.
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Mail to this address came back; over when the address is proven again.
    email_failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_phone_number: Mapped[str | None]
    totp_last_counter: Mapped[int] = mapped_column(default=0)
    invitation_hash: Mapped[str | None] = mapped_column(unique=True)  # staff: the link, until used
    invited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class AccountAccess(Base):
    """A login may see one guarantor account: linked by code, until ended."""

    __tablename__ = "account_access"
    __table_args__ = (
        Index(
            "uq__account_access__live",
            "login_id",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    granted_by: Mapped[str]  # enrolment_code:<id>, staff:<login id>
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LoginSession(Base):
    """A signed-in browser; ended rows refuse the cookie (HIPAA-2, ID-10)."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    face: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")  # the mark of the browser, hashed
    trusted: Mapped[bool] = mapped_column(default=False)  # "do not ask here for 30 days" was chosen
    # On whose behalf this browser acts; looked at anew with every request (HIPAA-9).
    acting_grant_id: Mapped[int | None] = mapped_column(ForeignKey("proxy_grants.id"))


class Attempt(Base):
    """One try at something guessable; throttles count these rows (ID-4, ID-8)."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix__attempts__subject_at", "action", "subject_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]  # sign_in, second_factor, enrol, reset
    subject_hash: Mapped[str]  # keyed hash of account, address or target
    succeeded: Mapped[bool]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RecoveryCode(Base):
    """A saved second-factor code: hashed, one use (ID-11)."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Passkey(Base):
    """A key pair on somebody's phone, computer or stick, of which we hold the public half (ID-7)."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("login_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]  # zero for ever where the key is synced between devices
    transports: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    backup_state: Mapped[bool]  # whether its owner's devices share it
    device_type: Mapped[str]
    last_used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccessReview(Base):
    """Somebody looked over who may sign in as staff (ID-13); only ever added to."""

    __tablename__ = "access_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    people: Mapped[int]  # live sign-ins of staff at that moment
