"""Which day it is at the practice."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.practice import Practice


def practice_date(session: Session, now: datetime) -> date:
    """The day it is at the practice."""
    return now.astimezone(practice_zone(session)).date()


def practice_zone(session: Session) -> ZoneInfo:
    """Its time zone, for who asks of many moments."""
    return ZoneInfo(session.scalar(select(Practice.time_zone)) or "America/New_York")


def practice_today(now: datetime) -> date:
    """The same, for who has no session open."""
    with read_only() as session:
        return practice_date(session, now)
