"""Quiet hours: texts leave between 9:00 and 20:00 by every clock that may be the reader's (MSG-8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(20)
_TRIES = 8  # zones of one country meet on the second try; more than this never do


def next_open(at: datetime, zones: Collection[str]) -> datetime | None:
    """`at` itself when it is between 9:00 and 20:00 in every zone, else the next moment that is (UTC).

    None when the zones' days never overlap: then nothing may be sent at all.
    """
    moment = at.astimezone(UTC)
    for _ in range(_TRIES):
        waiting = [_opening(moment, ZoneInfo(zone)) for zone in zones]
        latest = max(waiting, default=moment)
        if latest == moment:
            return moment
        moment = latest
    return None


def _opening(moment: datetime, zone: ZoneInfo) -> datetime:
    """When this zone's clock next allows a text: now, at nine today, or at nine tomorrow."""
    local = moment.astimezone(zone)
    if OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=zone).astimezone(UTC)
