"""The practice as pages show it: name, contact and help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.db import read_only
from portal.models.practice import Practice


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePage:
    """What every page may say about the practice."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    phone: str
    phone_hours: str
    email: str
    time_zone: str
    accent_colour: str
    assistance_phone: str
    assistance_url: str
    receipts_through: date | None


def practice_page() -> PracticePage | None:
    """The practice of this database; none before its first import."""
    with read_only() as session:
        row = session.scalar(select(Practice).where(Practice.id == 1))
    if row is None:
        return None
    town = f"{row.city}, {row.state} {row.postal_code}"
    return PracticePage(
        name=row.name,
        legal_name=row.legal_name,
        address=tuple(line for line in (row.street, row.street2, town) if line.strip(", ")),
        phone=row.phone,
        phone_hours=row.phone_hours,
        email=row.email,
        time_zone=row.time_zone,
        accent_colour=row.accent_colour,
        assistance_phone=row.assistance_phone,
        assistance_url=row.assistance_url,
        receipts_through=row.receipts_through,
    )
