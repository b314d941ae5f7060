"""Which day it is at the practice: a bill is not due a day early because the clock in London says so."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.web.clock import now
from portal.web.theme import current_practice


def practice_day() -> date:
    """Today's date in the practice's own time zone."""
    return practice_day_of(now())


def practice_day_of(moment: datetime) -> date:
    """That of another moment: a visit at half past eight in the evening is none of the day after."""
    return moment.astimezone(ZoneInfo(current_practice().time_zone)).date()
