"""The tablets at the desk as staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.calendar import Location
from portal.models.check_in import Kiosk
from portal.models.identity import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskRow:
    """One tablet."""

    id: int
    name: str
    location_name: str
    zone: str
    paired: bool
    paired_by: str
    paired_at: datetime
    seen_at: datetime | None
    revoked: bool


def kiosk_list() -> tuple[KioskRow, ...]:
    """Those that stand first, then those that were taken away."""
    with read_only() as session:
        rows = session.execute(
            select(Kiosk, Location, Login.name)
            .join(Location, Location.id == Kiosk.location_id)
            .join(Login, Login.id == Kiosk.paired_by_id)
            .order_by(Kiosk.revoked_at.is_not(None), Kiosk.id.desc())
        ).all()
    return tuple(
        KioskRow(
            id=kiosk.id,
            name=kiosk.name,
            location_name=place.name,
            zone=place.time_zone,
            paired=kiosk.token_hash is not None,
            paired_by=by,
            paired_at=kiosk.paired_at,
            seen_at=kiosk.seen_at,
            revoked=kiosk.revoked_at is not None,
        )
        for kiosk, place, by in rows
    )
