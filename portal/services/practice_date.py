"""Which day it is at the practice."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.practice import Practice


def practice_date(session: Session, now: datetime) -> date:
    """The day it is at the practice."""
    zone = session.scalar(select(Practice.time_zone))
    return now.astimezone(ZoneInfo(zone or "America/New_York")).date()
