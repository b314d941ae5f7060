"""Quiet hours: texts leave between 9:00 and 20:00 by every clock that may be the reader's (MSG-8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(20)
_TRIES = 8  # zones of one country meet on the second try; more than this never do


def next_open(
    at: datetime, zones: Collection[str], *, opens: time = OPENS, closes: time = CLOSES
) -> datetime | None:
    """`at` itself when it is between 9:00 and 20:00 in every zone, else the next moment that is (UTC).

    Other hours where they are given: calls have their own (COLL-15). None when the zones' days never overlap: then nothing may be sent at all.
    """
    moment = at.astimezone(UTC)
    for _ in range(_TRIES):
        waiting = [_opening(moment, ZoneInfo(zone), opens, closes) for zone in zones]
        latest = max(waiting, default=moment)
        if latest == moment:
            return moment
        moment = latest
    return None


def _opening(moment: datetime, zone: ZoneInfo, opens: time, closes: time) -> datetime:
    """When this zone's clock is next inside the hours: now, as they begin today, or tomorrow."""
    local = moment.astimezone(zone)
    if opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, tzinfo=zone).astimezone(UTC)
