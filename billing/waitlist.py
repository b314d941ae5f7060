"""Who is offered a time that came free, in which order, and for how long (SCH-8).

Urgency comes first, then who asked first. Nobody is asked at night, and nobody for a time that they could not reach.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.text_hours import next_open

FAR = timedelta(hours=48)  # ahead: there is time to think for longer
URGENCIES = (0, 1, 2)  # routine, soon, urgent
NOTICES = (60, 240, 1440, 2880)  # minutes that somebody may say they need to get here


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A time that came free, at a place with this clock."""

    provider_id: int
    location_id: int
    starts_at: datetime
    ends_at: datetime
    zone: str

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One who waits. Empty collections mean any; `later_at` is the visit that they would give up."""

    id: UUID
    visit_type_id: int
    minutes: int
    urgency: int
    asked_at: datetime
    first_day: date
    last_day: date
    provider_ids: Collection[int] = ()
    location_ids: Collection[int] = ()
    weekdays: Collection[int] = ()
    not_before: time | None = None
    not_after: time | None = None
    notice_minutes: int = 0
    later_at: datetime | None = None
    zones: Collection[str] = ()  # the clocks that may be theirs: nobody is asked at night


@dataclass(frozen=True, slots=True)
class Ask:
    """Offer it at this moment; the answer is awaited until then."""

    at: datetime
    until: datetime


def fits(one: Waiting, opening: Opening, *, now: datetime) -> bool:
    """Whether this time is one that they asked for, can reach, and gain by."""
    local = opening.starts_at.astimezone(ZoneInfo(opening.zone))
    clock = local.time()
    return (
        one.minutes <= opening.minutes
        and _among(opening.provider_id, one.provider_ids)
        and _among(opening.location_id, one.location_ids)
        and _among(local.weekday(), one.weekdays)
        and one.first_day <= local.date() <= one.last_day
        and (one.not_before is None or clock >= one.not_before)
        and (one.not_after is None or clock <= one.not_after)
        and now + timedelta(minutes=one.notice_minutes) < opening.starts_at
        and (one.later_at is None or opening.starts_at < one.later_at)
    )


def _among(found: int, wanted: Collection[int]) -> bool:
    return not wanted or found in wanted


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The urgent first, then who asked first; two of one moment by their ids, so that it is always the same."""
    return sorted(waiting, key=lambda one: (-one.urgency, one.asked_at, one.id))


def answer_time(opening: Opening, *, at: datetime, near: timedelta, far: timedelta) -> timedelta:
    """How long an offer that is made then stays open."""
    return far if opening.starts_at - at > FAR else near


def when_to_ask(
    one: Waiting, opening: Opening, *, now: datetime, near: timedelta, far: timedelta
) -> Ask | None:
    """Now, or when the hours open where they are; None when the time would be too near by then."""
    at = next_open(now, one.zones)
    if at is None:
        return None
    until = at + answer_time(opening, at=at, near=near, far=far)
    too_late = opening.starts_at - timedelta(minutes=one.notice_minutes)
    return Ask(at, until) if until <= too_late else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is asked next, and when. All of one kind of visit: one hold keeps the time for any of them."""

    one: Waiting
    ask: Ask


def next_asked(
    waiting: Sequence[Waiting],
    opening: Opening,
    *,
    now: datetime,
    batch: int,
    near: timedelta,
    far: timedelta,
) -> tuple[Chosen, ...]:
    """The next to be offered the opening, one or three at a time; empty when nobody is left.

    Whoever may be asked now comes before who has to be let sleep, of one urgency: a time that waits for
    a morning helps nobody while another would take it.
    """
    asked = [
        Chosen(one, ask)
        for one in in_order(waiting)
        if fits(one, opening, now=now)
        and (ask := when_to_ask(one, opening, now=now, near=near, far=far)) is not None
    ]
    asked.sort(key=lambda chosen: (-chosen.one.urgency, chosen.ask.at > now))
    if not asked:
        return ()
    first = asked[0]
    same = [
        chosen
        for chosen in asked
        if chosen.one.visit_type_id == first.one.visit_type_id and chosen.ask.at == first.ask.at
    ]
    return tuple(same[:batch])
