"""The office's calendar: a day or a week by provider or by room, with what is free and who is away (SCH-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.day_gaps import gaps
from billing.free_times import Range, end_moment
from portal.db import read_only
from portal.models.appointments import Appointment, AppointmentResource
from portal.models.calendar import (
    Location,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    ScheduleException,
)
from portal.models.claims import Provider
from portal.queries.appointment_row import AppointmentFacts, appointment_facts

DAY = timedelta(days=1)
AWAY_WORDS = {"leave": "Away", "holiday": "Holiday", "blocked": "Blocked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWish:
    """What somebody looks at. None means all."""

    on: date
    week: bool = False
    by_room: bool = False
    provider_id: int | None = None
    location_id: int | None = None
    resource_id: int | None = None
    canceled: bool = False  # with what was canceled

    @property
    def first(self) -> date:
        return self.on - self.on.weekday() * DAY if self.week else self.on

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + n * DAY for n in range(7 if self.week else 1))

    @property
    def step(self) -> timedelta:
        return 7 * DAY if self.week else DAY

    def args(self, **changed: object) -> dict[str, Any]:
        """The address of the same look, changed here and there."""
        values: dict[str, Any] = {
            "on": self.on.isoformat(),
            "week": 1 if self.week else None,
            "by": "room" if self.by_room else None,
            "provider": self.provider_id,
            "location": self.location_id,
            "room": self.resource_id,
            "canceled": 1 if self.canceled else None,
        } | changed
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a day: a visit, free time, or time in which nobody is seen."""

    starts: datetime  # by the place's wall clock
    ends: datetime
    visit: AppointmentFacts | None = None
    away: str = ""
    exception_id: int | None = None

    @property
    def is_free(self) -> bool:
        return self.visit is None and not self.away

    @property
    def at(self) -> str:
        """The moment as an address names it."""
        return moment_words(self.starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One provider, or one room, at one place on one day."""

    on: date
    title: str
    provider_id: int | None
    location_id: int
    location_name: str
    zone: str
    clock: str  # how the clock is called that day: EST, or EST then EDT
    lines: tuple[Line, ...]
    sees_people: bool  # has a block that day


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry of the filters."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """What is seen, and what else there is to choose."""

    wish: CalendarWish
    columns: tuple[Column, ...]
    providers: tuple[Choice, ...]
    locations: tuple[Choice, ...]
    resources: tuple[Choice, ...]
    zones: int  # how many there are

    @property
    def visits(self) -> tuple[AppointmentFacts, ...]:
        return tuple(line.visit for one in self.columns for line in one.lines if line.visit)


def moment_words(moment: datetime) -> str:
    """`2026-03-09T13:00Z`: a moment in an address."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def calendar_page(wish: CalendarWish, *, now: datetime) -> CalendarPage:
    """Six questions to the database, for a day as for a week."""
    with read_only() as session:
        places = session.scalars(select(Location).order_by(Location.name)).all()
        people = session.execute(
            select(Provider, ProviderProfile)
            .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
            .order_by(Provider.last_name, Provider.first_name, Provider.id)
        ).all()
        rooms = session.scalars(
            select(Resource).where(Resource.active).order_by(Resource.kind.desc(), Resource.name)
        ).all()
        visits = _visits(session, wish, now=now)
        taken = _rooms_of(session, visits) if wish.by_room else {}
        day = _Day(
            wish=wish,
            places={place.id: place for place in places},
            names={provider.id: provider.display_name for provider, _ in people},
            blocks=_blocks(session, wish),
            away=_away(session, wish),
            visits=visits,
            now=now,
        )
    columns = day.by_room(rooms, taken) if wish.by_room else day.by_provider()
    here = {place.id: place.name for place in places}
    return CalendarPage(
        wish=wish,
        columns=columns,
        providers=tuple(Choice(id=p.id, name=p.display_name) for p, x in people if x.active),
        locations=tuple(Choice(id=p.id, name=p.name) for p in places if p.active),
        resources=tuple(Choice(id=r.id, name=f"{r.name}, {here[r.location_id]}") for r in rooms),
        zones=len({place.time_zone for place in places if place.active}),
    )


def _visits(session: Session, wish: CalendarWish, *, now: datetime) -> tuple[AppointmentFacts, ...]:
    where: list[ColumnElement[bool]] = [
        Appointment.starts_on.between(wish.days[0], wish.days[-1]),
        Appointment.state != "expired",
        or_(Appointment.held_until.is_(None), Appointment.held_until > now),
    ]
    if not wish.canceled:
        where.append(Appointment.state != "canceled")
    if wish.provider_id:
        where.append(Appointment.provider_id == wish.provider_id)
    if wish.location_id:
        where.append(Appointment.location_id == wish.location_id)
    if wish.resource_id:
        where.append(
            Appointment.id.in_(
                select(AppointmentResource.appointment_id).where(
                    AppointmentResource.resource_id == wish.resource_id
                )
            )
        )
    return appointment_facts(session, *where)


def _rooms_of(
    session: Session, visits: Sequence[AppointmentFacts]
) -> dict[int, list[AppointmentFacts]]:
    by_id = {visit.appointment_id: visit for visit in visits}
    found: dict[int, list[AppointmentFacts]] = defaultdict(list)
    rows = session.execute(
        select(AppointmentResource.resource_id, AppointmentResource.appointment_id)
        .where(AppointmentResource.appointment_id.in_(by_id))
        .order_by(AppointmentResource.starts_at)
    )
    for resource_id, appointment_id in rows:
        found[resource_id].append(by_id[appointment_id])
    return found


def _blocks(session: Session, wish: CalendarWish) -> Sequence[ScheduleBlock]:
    where: list[ColumnElement[bool]] = [
        ScheduleBlock.since <= wish.days[-1],
        or_(ScheduleBlock.until.is_(None), ScheduleBlock.until >= wish.days[0]),
    ]
    if wish.provider_id:
        where.append(ScheduleBlock.provider_id == wish.provider_id)
    if wish.location_id:
        where.append(ScheduleBlock.location_id == wish.location_id)
    return session.scalars(select(ScheduleBlock).where(*where).order_by(ScheduleBlock.starts)).all()


def _away(session: Session, wish: CalendarWish) -> Sequence[ScheduleException]:
    first = datetime.combine(wish.days[0], time(0), tzinfo=UTC) - DAY
    last = datetime.combine(wish.days[-1], time(0), tzinfo=UTC) + 2 * DAY
    return session.scalars(
        select(ScheduleException)
        .where(
            and_(
                ScheduleException.removed_at.is_(None),
                ScheduleException.starts_at < last,
                ScheduleException.ends_at > first,
            )
        )
        .order_by(ScheduleException.starts_at, ScheduleException.id)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """All rows of the days that are looked at."""

    wish: CalendarWish
    places: dict[int, Location]
    names: dict[int, str]
    blocks: Sequence[ScheduleBlock]
    away: Sequence[ScheduleException]
    visits: Sequence[AppointmentFacts]
    now: datetime

    def by_provider(self) -> tuple[Column, ...]:
        """A column for whoever sees people that day, or has somebody to see."""
        keys: set[tuple[date, int, int]] = {
            (visit.starts_on, visit.location_id, visit.provider_id) for visit in self.visits
        }
        for on in self.wish.days:
            keys |= {(on, block.location_id, block.provider_id) for block in self._blocks_on(on)}
        order = sorted(
            keys, key=lambda key: (key[0], self.places[key[1]].name, self.names[key[2]], key[2])
        )
        return tuple(self._column(*key) for key in order)

    def by_room(
        self, rooms: Iterable[Resource], taken: dict[int, list[AppointmentFacts]]
    ) -> tuple[Column, ...]:
        """A column for each room or piece of equipment, with who is in it when."""
        wanted = [
            room
            for room in rooms
            if self.wish.resource_id in {None, room.id}
            and self.wish.location_id in {None, room.location_id}
        ]
        return tuple(
            self._titled(
                on,
                room.name,
                None,
                room.location_id,
                [_visit_line(one) for one in taken.get(room.id, ()) if one.starts_on == on],
                sees_people=True,
            )
            for on in self.wish.days
            for room in sorted(wanted, key=lambda room: self.places[room.location_id].name)
        )

    def _blocks_on(self, on: date) -> list[ScheduleBlock]:
        return [
            block
            for block in self.blocks
            if block.weekday == on.weekday()
            and block.since <= on
            and (block.until is None or block.until >= on)
        ]

    def _column(self, on: date, location_id: int, provider_id: int) -> Column:
        place = self.places[location_id]
        zone = ZoneInfo(place.time_zone)
        busy = [
            (visit.starts_at, visit.ends_at)
            for visit in self.visits
            if visit.provider_id == provider_id
            and visit.state in {"held", "booked", "arrived", "in_room"}
        ]
        midnight = end_moment(place.time_zone, on, time(0))
        tomorrow = end_moment(place.time_zone, on + DAY, time(0))
        away = [
            row
            for row in self.away
            if row.provider_id in {None, provider_id}
            and row.location_id in {None, location_id}
            and row.starts_at < tomorrow
            and row.ends_at > midnight
        ]
        lines = [
            _visit_line(visit)
            for visit in self.visits
            if (visit.starts_on, visit.location_id, visit.provider_id)
            == (on, location_id, provider_id)
        ]
        for row in away:
            words = AWAY_WORDS[row.kind] + (f": {row.reason}" if row.reason else "")
            start, end = max(row.starts_at, midnight), min(row.ends_at, tomorrow)
            lines.append(
                Line(
                    starts=start.astimezone(zone),
                    ends=end.astimezone(zone),
                    away=words,
                    exception_id=row.id,
                )
            )
        blocks = [
            block
            for block in self._blocks_on(on)
            if (block.location_id, block.provider_id) == (location_id, provider_id)
        ]
        for block in blocks:
            lines += self._free(
                block, on, place.time_zone, busy, [(r.starts_at, r.ends_at) for r in away]
            )
        title = self.names[provider_id]
        return self._titled(on, title, provider_id, location_id, lines, sees_people=bool(blocks))

    def _free(
        self,
        block: ScheduleBlock,
        on: date,
        zone: str,
        busy: Sequence[Range],
        away: Sequence[Range],
    ) -> list[Line]:
        reach = (end_moment(zone, on, block.starts), end_moment(zone, on, block.ends))
        local = ZoneInfo(zone)
        now = _next_five(self.now)
        return [
            Line(starts=max(start, now).astimezone(local), ends=end.astimezone(local))
            for start, end in gaps(reach, capacity=block.capacity, busy=busy, away=away)
            if end > now
        ]

    def _titled(
        self,
        on: date,
        title: str,
        provider_id: int | None,
        location_id: int,
        lines: list[Line],
        *,
        sees_people: bool,
    ) -> Column:
        place = self.places[location_id]
        return Column(
            on=on,
            title=title,
            provider_id=provider_id,
            location_id=location_id,
            location_name=place.name,
            zone=place.time_zone,
            clock=clock_name(place.time_zone, on),
            lines=tuple(sorted(lines, key=lambda one: (one.starts.astimezone(UTC), one.is_free))),
            sees_people=sees_people,
        )


def _next_five(now: datetime) -> datetime:
    """What is over is not free any more; to the next five minutes, as people speak of times."""
    return (
        now
        + (-now.minute % 5) * timedelta(minutes=1)
        - timedelta(seconds=now.second, microseconds=now.microsecond)
    )


def _visit_line(visit: AppointmentFacts) -> Line:
    return Line(starts=visit.local_start, ends=visit.local_end, visit=visit)


def clock_name(zone: str, on: date) -> str:
    """`EST`; on a day when the clock is changed `EST, then EDT`."""
    local = ZoneInfo(zone)
    first = datetime.combine(on, time(0), tzinfo=local).tzname() or zone
    last = datetime.combine(on, time(23, 59), tzinfo=local).tzname() or zone
    return first if first == last else f"{first}, then {last}"
