"""The practice itself: one row per database."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base


class Practice(Base):
    """Name, contact and policy of the practice, as every page, letter and statement shows them."""

    __tablename__ = "practices"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str]
    legal_name: Mapped[str]
    text_name: Mapped[str] = mapped_column(default="")  # in texts; at most 22 letters of GSM-7
    npi: Mapped[str]
    tax_id: Mapped[str]
    street: Mapped[str]
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str]
    state: Mapped[str]
    postal_code: Mapped[str]
    phone: Mapped[str]
    phone_hours: Mapped[str]
    email: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="America/New_York")
    accent_colour: Mapped[str] = mapped_column(default="#14604F")
    assistance_phone: Mapped[str]
    assistance_url: Mapped[str]
    statement_floor: Mapped[Money] = mapped_column("statement_floor_cents", default=Money(500))
    receipts_through: Mapped[date | None]  # the last day the receipts files cover
    cut_over_on: Mapped[date | None]  # opening balances stand at this day
