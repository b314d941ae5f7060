"""Signs that somebody tries stolen cards on us: how many declines are too many, and when to call a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
A_PAGE = 5  # declines on one page: it is closed
AN_ACCOUNT = 5  # declines on one account within the hour: it waits
COOL_DOWN = timedelta(hours=1)  # from the last of them
ALARM_AT = 15  # declines of everybody within the hour, if they are also
ALARM_PERCENT = 60  # of all tries


def cools_until(declined_at: Sequence[datetime], now: datetime) -> datetime | None:
    """Until when an account whose cards were declined then starts no payment; None when it may."""
    recent = sorted(at for at in declined_at if now - WINDOW - COOL_DOWN < at <= now)
    for last in reversed(recent):
        within = [at for at in recent if last - WINDOW < at <= last]
        if len(within) >= AN_ACCOUNT and last + COOL_DOWN > now:
            return last + COOL_DOWN
    return None


def looks_like_testing(declines: int, paid: int) -> bool:
    """Whether the last hour's declines are many, and most of what was tried."""
    tries = declines + paid
    return declines >= ALARM_AT and declines * 100 >= tries * ALARM_PERCENT
