"""What one person decided alone where there is no second one, and the owner's review of it (OPS-13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class AloneDecision(Base):
    """One decision of a single person; never edited. The database counts the sign-ins itself as the row comes in.

    With three or more active staff sign-ins it takes no row, so that no table accepts one person for two.
    """

    __tablename__ = "alone_decisions"
    __table_args__ = (
        CheckConstraint("active_staff BETWEEN 1 AND 2", name="too_few_for_two"),
        UniqueConstraint("id", "login_id", name="uq__alone_decisions__whose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty: Mapped[str]  # billing.duties.Duty
    what: Mapped[str]  # in words, without a name: "Refund"
    object_type: Mapped[str]
    object_id: Mapped[str]
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id", name="fk__alone_decisions__account"), index=True
    )
    amount: Mapped[Money | None] = mapped_column("amount_cents")
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    day: Mapped[date] = mapped_column(index=True)  # at the practice
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    active_staff: Mapped[int]


class OwnerSignOff(Base):
    """A month of such decisions, looked over and signed by the owner; never edited."""

    __tablename__ = "owner_sign_offs"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(unique=True)  # its first day
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decisions: Mapped[int]
    note: Mapped[str]


def alone_by(table: str, login: str) -> tuple[ForeignKeyConstraint, UniqueConstraint]:
    """The log row that lets one person take both steps: of that very person, and of one decision alone."""
    return (
        ForeignKeyConstraint(
            ["alone_log_id", login],
            ["alone_decisions.id", "alone_decisions.login_id"],
            name=f"fk__{table}__alone",
        ),
        UniqueConstraint("alone_log_id", name=f"uq__{table}__alone_log_id"),
    )
