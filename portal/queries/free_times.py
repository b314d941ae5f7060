"""Free times as patients and staff look for them: six questions to the database, the rest in memory (SCH-1..3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.free_times import Asked, Block, Calendar, Range, Room, Slot, Taken, free_slots
from portal.models.appointments import IS_LIVE, Appointment, AppointmentResource
from portal.models.calendar import (
    Location,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    ScheduleException,
    VisitType,
)

__all__ = ["Slot", "Wish", "free_times", "nearest", "the_slot"]

_DAY = timedelta(days=1)
_NEAR, _FAR = (
    (3 * _DAY, 14 * _DAY),
    (14 * _DAY, 90 * _DAY),
)  # before and after the time that is gone
# One who wanted that provider waits so much longer for them, and so much longer to stay at that place.
_OTHER_PROVIDER, _OTHER_PLACE = 1 * _DAY, 2 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for. Empty sets mean any; times are the place's wall clock, `not_after` the latest start."""

    visit_type_id: int
    first_day: date
    last_day: date
    provider_ids: frozenset[int] = frozenset()
    location_ids: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    not_before: time | None = None
    not_after: time | None = None
    language: str = ""


def free_times(
    session: Session,
    wish: Wish,
    *,
    now: datetime,
    for_staff: bool = False,
    limit: int | None = None,
    with_view_only: bool = False,
    except_id: UUID | None = None,
) -> tuple[Slot, ...]:
    """The free times, by start; at most six queries, however many days and providers.

    Who the person is has no say here: `provider_ids` holds whom `billing.who_may_book` lets them see. For patients
    only what they may book themselves; `with_view_only` adds what they may only look at. For staff neither lead time,
    horizon nor such a mark holds. `except_id` is an appointment that does not stand in its own way.
    """
    view = _View(
        now=now,
        for_staff=for_staff,
        limit=limit,
        with_view_only=with_view_only,
        except_id=except_id,
    )
    return _search(session, wish, view)


def the_slot(
    session: Session,
    *,
    visit_type_id: int,
    provider_id: int,
    location_id: int,
    starts_at: datetime,
    now: datetime,
    for_staff: bool = False,
    except_id: UUID | None = None,
) -> Slot | None:
    """That one time, when it is free; staff may start off the block's grid."""
    day = starts_at.astimezone(UTC).date()
    wish = Wish(
        visit_type_id=visit_type_id,
        provider_ids=frozenset({provider_id}),
        location_ids=frozenset({location_id}),
        first_day=day - _DAY,
        last_day=day + _DAY,
    )
    view = _View(now=now, for_staff=for_staff, except_id=except_id, at=starts_at)
    found = _search(session, wish, view)
    return found[0] if found else None


def nearest(
    session: Session,
    slot_or_wish: Slot | Wish,
    *,
    around: datetime,
    now: datetime,
    count: int = 3,
    provider_ids: frozenset[int] = frozenset(),
    not_during: Sequence[Range] = (),
) -> tuple[Slot, ...]:
    """The free times nearest to a moment, by start: the same provider and place first, unless others are days sooner.

    Of a wish, only what fits it. `provider_ids` are those who may see the person at all, `not_during` is when the
    person is somewhere else.
    """
    elsewhere = Taken(not_during)
    found: tuple[Slot, ...] = ()
    day = around.astimezone(UTC).date()
    for before, after in (_NEAR, _FAR):
        if isinstance(slot_or_wish, Wish):
            wish = replace(slot_or_wish, first_day=day - before, last_day=day + after)
        else:
            wish = Wish(
                visit_type_id=slot_or_wish.visit_type_id,
                provider_ids=provider_ids,
                first_day=day - before,
                last_day=day + after,
            )
        found = tuple(
            slot
            for slot in free_times(session, wish, now=now)
            if elsewhere.is_free(slot.starts_at, slot.ends_at)
        )
        if len(found) >= count:
            break

    def far(slot: Slot) -> timedelta:
        apart = abs(slot.starts_at - around)
        if isinstance(slot_or_wish, Slot):
            apart += (slot.provider_id != slot_or_wish.provider_id) * _OTHER_PROVIDER
            apart += (slot.location_id != slot_or_wish.location_id) * _OTHER_PLACE
        return apart

    closest = sorted(found, key=lambda slot: (far(slot), slot.starts_at, slot.provider_id))
    return tuple(sorted(closest[:count], key=_by_start))


def _by_start(slot: Slot) -> tuple[datetime, int]:
    return slot.starts_at, slot.provider_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """How a search looks at the calendar."""

    now: datetime
    for_staff: bool = False
    limit: int | None = None
    with_view_only: bool = False
    except_id: UUID | None = None
    at: datetime | None = None


def _search(session: Session, wish: Wish, view: _View) -> tuple[Slot, ...]:
    kind = session.execute(
        select(
            VisitType.minutes,
            VisitType.skills,
            VisitType.resource_features,
            VisitType.self_booking,
        ).where(VisitType.id == wish.visit_type_id, VisitType.active)
    ).one_or_none()
    if kind is None or not (kind.self_booking or view.for_staff or view.with_view_only):
        return ()
    bookings: tuple[str, ...] = ("self", "view", "staff") if view.for_staff else ("self", "view")
    if not (view.for_staff or view.with_view_only):
        bookings = ("self",)
    blocks = _blocks(session, wish, bookings, kind.skills)
    if not blocks:
        return ()
    asked = Asked(
        visit_type_id=wish.visit_type_id,
        minutes=kind.minutes,
        features=tuple(kind.resource_features),
        first_day=wish.first_day,
        last_day=wish.last_day,
        weekdays=wish.weekdays,
        not_before=wish.not_before,
        not_after=wish.not_after,
        at=view.at,
        for_staff=view.for_staff,
    )
    calendar = calendar_of(session, blocks, asked, now=view.now, except_id=view.except_id)
    found: list[Slot] = []
    enough_on: date | None = None
    for slot in free_slots(blocks, calendar, asked, now=view.now):
        # The day after may begin before this one ends, in a zone farther east.
        if enough_on is not None and slot.starts_on > enough_on + _DAY:
            break
        found.append(slot)
        if enough_on is None and view.limit is not None and len(found) >= view.limit:
            enough_on = slot.starts_on
    found.sort(key=_by_start)
    return tuple(found[: view.limit])


def _blocks(
    session: Session, wish: Wish, bookings: Sequence[str], skills: Sequence[str]
) -> list[Block]:
    conditions: list[ColumnElement[bool]] = [
        ProviderProfile.active.is_(True),
        Location.active.is_(True),
        ProviderProfile.booking.in_(bookings),
        ProviderProfile.skills.contains(list(skills)),
        ScheduleBlock.since <= wish.last_day,
        or_(ScheduleBlock.until.is_(None), ScheduleBlock.until >= wish.first_day),
    ]
    if wish.provider_ids:
        conditions.append(ScheduleBlock.provider_id.in_(wish.provider_ids))
    if wish.location_ids:
        conditions.append(ScheduleBlock.location_id.in_(wish.location_ids))
    if wish.language:
        conditions.append(ProviderProfile.languages.contains([wish.language]))
    rows = session.execute(
        select(ScheduleBlock, Location.time_zone)
        .join(ProviderProfile, ProviderProfile.provider_id == ScheduleBlock.provider_id)
        .join(Location, Location.id == ScheduleBlock.location_id)
        .where(*conditions)
        .order_by(ScheduleBlock.id)
    )
    return [block_of(row, zone) for row, zone in rows]


def block_of(row: ScheduleBlock, zone: str) -> Block:
    """A row as the engine takes it."""
    return Block(
        provider_id=row.provider_id,
        location_id=row.location_id,
        zone=zone,
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        since=row.since,
        until=row.until,
        visit_type_ids=frozenset(row.visit_type_ids),
        capacity=row.capacity,
        step_minutes=row.step_minutes,
        lead_minutes=row.lead_minutes,
        horizon_days=row.horizon_days,
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
    )


def calendar_of(
    session: Session,
    blocks: Sequence[Block],
    asked: Asked,
    *,
    now: datetime,
    except_id: UUID | None,
) -> Calendar:
    """What stands in the way between the first day and the last, and a little around them."""
    first = datetime.combine(asked.first_day, time(0), tzinfo=UTC) - _DAY
    last = datetime.combine(asked.last_day, time(0), tzinfo=UTC) + 2 * _DAY
    provider_ids = {block.provider_id for block in blocks}
    location_ids = {block.location_id for block in blocks}
    rooms: list[Room] = []
    rooms_taken: dict[int, list[Range]] = {}
    if asked.features:
        rooms = _rooms(session, location_ids, asked.features)
        rooms_taken = _rooms_taken(session, rooms, first, last, now=now, except_id=except_id)
    return Calendar(
        lanes=_lanes(session, provider_ids, first, last, now=now, except_id=except_id),
        away=_away(session, provider_ids, location_ids, first, last),
        rooms=rooms,
        rooms_taken=rooms_taken,
    )


def standing(now: datetime, *, except_id: UUID | None = None) -> ColumnElement[bool]:
    """Whether an appointment takes up its time: a hold that is over does not."""
    living = and_(
        IS_LIVE,
        or_(Appointment.held_until.is_(None), Appointment.held_until > now),
    )
    return living if except_id is None else and_(living, Appointment.id != except_id)


def _lanes(
    session: Session,
    provider_ids: set[int],
    first: datetime,
    last: datetime,
    *,
    now: datetime,
    except_id: UUID | None,
) -> dict[tuple[int, int], list[Range]]:
    rows = session.execute(
        select(
            Appointment.provider_id, Appointment.lane, Appointment.busy_from, Appointment.busy_to
        ).where(
            Appointment.provider_id.in_(provider_ids),
            Appointment.busy_from < last,
            Appointment.busy_to > first,
            standing(now, except_id=except_id),
        )
    )
    found: dict[tuple[int, int], list[Range]] = defaultdict(list)
    for provider_id, lane, busy_from, busy_to in rows:
        found[provider_id, lane].append((busy_from, busy_to))
    return found


def _away(
    session: Session,
    provider_ids: set[int],
    location_ids: set[int],
    first: datetime,
    last: datetime,
) -> dict[tuple[int | None, int | None], list[Range]]:
    who, where = ScheduleException.provider_id, ScheduleException.location_id
    rows = session.execute(
        select(who, where, ScheduleException.starts_at, ScheduleException.ends_at).where(
            ScheduleException.removed_at.is_(None),
            ScheduleException.starts_at < last,
            ScheduleException.ends_at > first,
            or_(who.is_(None), who.in_(provider_ids)),
            or_(where.is_(None), where.in_(location_ids)),
        )
    )
    found: dict[tuple[int | None, int | None], list[Range]] = defaultdict(list)
    for provider_id, location_id, starts_at, ends_at in rows:
        found[provider_id, location_id].append((starts_at, ends_at))
    return found


def _rooms(session: Session, location_ids: set[int], features: Sequence[str]) -> list[Room]:
    rows = session.execute(
        select(Resource.id, Resource.location_id, Resource.features).where(
            Resource.active,
            Resource.location_id.in_(location_ids),
            Resource.features.overlap(list(features)),
        )
    )
    return [
        Room(resource_id=resource_id, location_id=location_id, features=frozenset(has))
        for resource_id, location_id, has in rows
    ]


def _rooms_taken(
    session: Session,
    rooms: Sequence[Room],
    first: datetime,
    last: datetime,
    *,
    now: datetime,
    except_id: UUID | None,
) -> dict[int, list[Range]]:
    rows = session.execute(
        select(
            AppointmentResource.resource_id,
            AppointmentResource.starts_at,
            AppointmentResource.ends_at,
        )
        .join(Appointment, Appointment.id == AppointmentResource.appointment_id)
        .where(
            AppointmentResource.resource_id.in_({room.resource_id for room in rooms}),
            AppointmentResource.starts_at < last,
            AppointmentResource.ends_at > first,
            standing(now, except_id=except_id),
        )
    )
    found: dict[int, list[Range]] = defaultdict(list)
    for resource_id, starts_at, ends_at in rows:
        found[resource_id].append((starts_at, ends_at))
    return found
