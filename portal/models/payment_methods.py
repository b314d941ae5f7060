"""Saved ways to pay, what was agreed to with each, and the authorisations to draw money with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class MethodConsent(Base):
    """Somebody agreed that a way to pay is kept, before it was (PLAN-9): beside a payment, or for itself.

    `setup-{id}` is its key at the provider when there is no payment.
    """

    __tablename__ = "method_consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    # No foreign key: payments point at drafts, which point at methods, which point here.
    payment_id: Mapped[UUID | None] = mapped_column(unique=True)
    session_id: Mapped[str | None] = mapped_column(unique=True)  # the provider's page to add it
    state: Mapped[str]  # open, kept, closed
    text: Mapped[str]
    text_version: Mapped[str]
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    agreed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ip: Mapped[str] = mapped_column(default="", server_default="")
    user_agent: Mapped[str] = mapped_column(default="", server_default="")


class PaymentMethod(Base):
    """A card or bank account at the provider: its brand, last four and expiry, never its number (PCI-1)."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        Index(
            "uq__payment_methods__one_default",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))  # who added it
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("method_consents.id"), unique=True)
    provider_id: Mapped[str] = mapped_column(unique=True)  # pm_...
    kind: Mapped[str]  # card, us_bank_account
    funding: Mapped[str] = mapped_column(default="", server_default="")  # credit, debit, prepaid
    brand: Mapped[str] = mapped_column(default="", server_default="")  # or the bank's name
    last4: Mapped[str] = mapped_column(default="", server_default="", index=True)
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The provider has not been told yet of the removal; a job asks again until it has.
    detach_due: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    expiry_told_on: Mapped[str] = mapped_column(default="", server_default="")  # MM/YYYY


class PaymentAuthorisation(Base):
    """A signed authorisation to draw money with a saved way to pay: its words stay as they were signed (PLAN-5).

    The database lets nothing of it change but that it is revoked.
    """

    __tablename__ = "payment_authorisations"
    __table_args__ = (CheckConstraint("kind IN ('autopay', 'plan')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey(
            "guarantor_accounts.id", name="fk__payment_authorisations__account"
        ),  # the usual name is too long for the database
        index=True,
    )
    payment_method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"), index=True)
    kind: Mapped[str]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"), index=True)
    cap: Mapped[Money] = mapped_column("cap_cents")  # the most that one draft may be
    day: Mapped[int]  # of the month
    text: Mapped[str]
    text_version: Mapped[str]
    text_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    typed_name: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_by_login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    ip: Mapped[str] = mapped_column(default="", server_default="")
    user_agent: Mapped[str] = mapped_column(default="", server_default="")
    copy_message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    revoke_reason: Mapped[str] = mapped_column(default="", server_default="")


class Autopay(Base):
    """What is due on an account is paid on a day of each month, up to the patient's own cap."""

    __tablename__ = "autopays"
    __table_args__ = (
        Index(
            "uq__autopays__one_on",
            "guarantor_account_id",
            unique=True,
            postgresql_where=text("state = 'on'"),
        ),
        CheckConstraint("day BETWEEN 1 AND 31", name="day"),
        CheckConstraint("cap_cents > 0", name="cap_above_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    authorisation_id: Mapped[int] = mapped_column(
        ForeignKey("payment_authorisations.id"), unique=True
    )
    cap: Mapped[Money] = mapped_column("cap_cents")
    day: Mapped[int]
    state: Mapped[str]  # on, stopped
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
