"""The practice as pages show it: name, contact and help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from portal.db import read_only
from portal.models.practice import Practice


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePage:
    """What every page may say about the practice."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    state: str
    phone: str
    phone_hours: str
    email: str
    time_zone: str
    accent_colour: str
    assistance_phone: str
    assistance_url: str
    receipts_through: date | None


# What `practice_of` reads: as a part of another query too, which joins the practice.
PRACTICE = (
    Practice.name,
    Practice.legal_name,
    Practice.street,
    Practice.street2,
    Practice.city,
    Practice.state,
    Practice.postal_code,
    Practice.phone,
    Practice.phone_hours,
    Practice.email,
    Practice.time_zone,
    Practice.accent_colour,
    Practice.assistance_phone,
    Practice.assistance_url,
    Practice.receipts_through,
)
_PAGE = select(*PRACTICE).where(Practice.id == 1)


def practice_page() -> PracticePage | None:
    """The practice of this database; none before its first import."""
    with read_only() as session:
        row = session.execute(_PAGE).one_or_none()
    return None if row is None else practice_of(row)


def practice_of(row: Row[*tuple[Any, ...]]) -> PracticePage | None:
    """The practice out of a row that has `PRACTICE`; none when nothing was there to join."""
    if row.name is None:
        return None
    town = f"{row.city}, {row.state} {row.postal_code}"
    return PracticePage(
        name=row.name,
        legal_name=row.legal_name,
        state=row.state,
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
