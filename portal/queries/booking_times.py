"""The page on which somebody chooses a time: the first ones, a month of days, and who is not offered and why (SCH-3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.month_grid import (
    PARTS_OF_DAY,
    GridDay,
    first_of_month,
    month_after,
    month_before,
    month_grid,
)
from billing.who_may_book import Person, WhyNot
from portal.db import read_only
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.booking_choices import (
    ONLY_CALL,
    Choices,
    Clinician,
    Kind,
    Place,
    choices,
)
from portal.queries.free_times import Slot, Wish, free_times, nearest
from portal.queries.own_appointments import OwnPerson
from portal.queries.rebook_offers import rebook_offers

FIRST_DAYS = 3  # shown at once, before anybody chooses a day
LOOKED_AHEAD = timedelta(days=60)  # more when a later month is opened
LATEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody asked for; nothing of it says who they are."""

    kind_id: int | None = None
    provider_id: int | None = None
    place_id: int | None = None
    part: str = ""  # billing.month_grid.PARTS_OF_DAY
    weekday: int | None = None  # 0 is Monday
    language: str = ""
    day: date | None = None
    month: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether something could be let go of to find more."""
        return any(
            (
                self.provider_id,
                self.place_id,
                self.part,
                self.weekday is not None,
                self.language,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """One time with the words of it; the moment is UTC, `local` the place's wall clock."""

    slot: Slot
    local: datetime
    clinician: Clinician
    place: Place
    bookable: bool  # here, by oneself

    @property
    def value(self) -> str:
        """How a form of ours names the time."""
        at = self.slot.starts_at.astimezone(ZoneInfo("UTC"))
        return f"{self.slot.provider_id}.{self.slot.location_id}.{at:%Y%m%dT%H%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTimes:
    """A day's times, by who and where."""

    on: date
    groups: tuple[tuple[Clinician, Place, tuple[FreeTime, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesPage:
    """All that the page says."""

    search: Search
    kind: Kind
    choices: Choices
    first: FreeTime | None  # the first of all that may be booked
    days: tuple[DayTimes, ...]
    weeks: tuple[tuple[GridDay, ...], ...]
    month: date
    earlier: date | None  # the months that can be turned to
    later: date | None
    not_offered: tuple[tuple[Clinician, tuple[WhyNot, ...]], ...]

    @property
    def offered(self) -> list[tuple[int, str]]:
        """Whom somebody may ask for by name."""
        shut = {one.id for one, why in self.not_offered if set(why) - {WhyNot.VIEW_ONLY}}
        everybody = self.choices.clinicians.values()
        return [(one.id, one.name) for one in everybody if one.id not in shut]

    @property
    def place_names(self) -> list[tuple[int, str]]:
        """Where."""
        return [(place.id, place.name) for place in self.choices.places.values()]

    def spoken(self, names: Mapping[str, str]) -> list[tuple[str, str]]:
        """In which of these languages."""
        return [(tag, names[tag]) for tag in self.choices.languages if tag in names]


def times_page(
    search: Search,
    *,
    person: OwnPerson | None,
    language: str,
    today: date,
    now: datetime,
    moving: UUID | None = None,
) -> TimesPage | None:
    """None when there is no such kind of visit, or the practice shows no times. `person` is none before the sign-in."""
    with read_only() as session:
        offered = choices(session, on=today, language=language)
        kind = offered.kinds.get(search.kind_id or 0)
        if kind is None or offered.closed or kind.emergency:
            return None
        facts = person.facts if person else Person()
        why = offered.reasons(kind, facts, on=search.day or today)
        month = first_of_month(max(search.month or search.day or today, today))
        wish = _wish(search, why, today=today, month=month)
        found = (
            free_times(session, wish, now=now, with_view_only=True, except_id=moving)
            if wish.provider_ids
            else ()
        )
    times = [_time(slot, offered, why) for slot in found]
    counts = Counter(one.local.date() for one in times)
    return TimesPage(
        search=search,
        kind=kind,
        choices=offered,
        first=next((one for one in times if one.bookable), None),
        days=_days(times, search.day),
        weeks=month_grid(month, counts),
        month=month,
        earlier=month_before(month) if month > first_of_month(today) else None,
        later=month_after(month) if month_after(month) <= today + LATEST else None,
        not_offered=tuple(
            (offered.clinicians[one], reasons) for one, reasons in why.items() if reasons
        ),
    )


def other_times(
    slot: Slot, *, person: OwnPerson | None, language: str, today: date, now: datetime
) -> tuple[FreeTime, ...]:
    """The three nearest to one that is gone, among those that this person may book."""
    with read_only() as session:
        offered = choices(session, on=today, language=language)
        kind = offered.kinds.get(slot.visit_type_id)
        if kind is None or offered.policy.self_booking != "book":
            return ()
        facts = person.facts if person else Person()
        why = offered.reasons(kind, facts, on=today)
        open_to = frozenset(one for one, reasons in why.items() if not reasons)
        same = open_to & {slot.provider_id} or open_to
        if not same:
            return ()
        wish = Wish(
            visit_type_id=kind.id,
            first_day=slot.starts_on,
            last_day=slot.starts_on,
            provider_ids=same,
        )
        found = nearest(session, wish, around=slot.starts_at, now=now)
        if not found and same != open_to:
            wish = replace(wish, provider_ids=open_to)
            found = nearest(session, wish, around=slot.starts_at, now=now)
    return tuple(_time(one, offered, why) for one in found)


def times_offered(
    visit: AppointmentFacts, *, language: str, today: date, now: datetime
) -> tuple[FreeTime, ...]:
    """Those of the three times that we offered instead of a canceled visit which are still free (SCH-5)."""
    with read_only() as session:
        kept = rebook_offers(session, visit.appointment_id, now)
        if not kept:
            return ()
        offered = choices(session, on=today, language=language)
    return tuple(
        FreeTime(
            slot=bare_slot(one.visit_type_id, one.provider_id, one.location_id, one.starts_at),
            local=one.local_start,
            clinician=offered.clinicians[one.provider_id],
            place=offered.places[one.location_id],
            bookable=offered.policy.self_booking == "book",
        )
        for one in kept
        if one.provider_id in offered.clinicians and one.location_id in offered.places
    )


def bare_slot(visit_type_id: int, provider_id: int, location_id: int, starts_at: datetime) -> Slot:
    """A time by its name alone: what a button sends, and what others are looked for near to."""
    return Slot(
        visit_type_id=visit_type_id,
        provider_id=provider_id,
        location_id=location_id,
        starts_at=starts_at,
        ends_at=starts_at,
        starts_on=starts_at.date(),
        busy_from=starts_at,
        busy_to=starts_at,
        lane=0,
        capacity=1,
        resource_ids=(),
        zone="UTC",
    )


def _wish(search: Search, why: Mapping[int, Sequence[WhyNot]], *, today: date, month: date) -> Wish:
    """Only whom this person may see; of those whom they asked for."""
    seen = frozenset(one for one, reasons in why.items() if set(reasons) <= {WhyNot.VIEW_ONLY})
    if search.provider_id:
        seen &= {search.provider_id}
    not_before, not_after = PARTS_OF_DAY.get(search.part, (None, None))
    return Wish(
        visit_type_id=search.kind_id or 0,
        first_day=today,
        last_day=max(today + LOOKED_AHEAD, month_after(month) - timedelta(days=1)),
        provider_ids=seen,
        location_ids=frozenset({search.place_id} if search.place_id else ()),
        weekdays=frozenset({search.weekday} if search.weekday is not None else ()),
        not_before=not_before,
        not_after=not_after,
        language=search.language,
    )


def _time(slot: Slot, offered: Choices, why: Mapping[int, Sequence[WhyNot]]) -> FreeTime:
    bookable = offered.policy.self_booking == "book" and not why[slot.provider_id]
    return FreeTime(
        slot=slot,
        local=slot.starts_at.astimezone(ZoneInfo(slot.zone)),
        clinician=offered.clinicians[slot.provider_id],
        place=offered.places[slot.location_id],
        bookable=bookable,
    )


def _days(times: Sequence[FreeTime], day: date | None) -> tuple[DayTimes, ...]:
    """The day that was chosen, or the first ones that have any."""
    by_day: dict[date, list[FreeTime]] = defaultdict(list)
    for one in times:
        by_day[one.local.date()].append(one)
    shown = [day] if day in by_day else [] if day else list(islice(by_day, FIRST_DAYS))
    return tuple(DayTimes(on=on, groups=_groups(by_day[on])) for on in shown if on)


def _groups(
    times: Sequence[FreeTime],
) -> tuple[tuple[Clinician, Place, tuple[FreeTime, ...]], ...]:
    found: dict[tuple[int, int], list[FreeTime]] = defaultdict(list)
    for one in times:
        found[one.clinician.id, one.place.id].append(one)
    return tuple((group[0].clinician, group[0].place, tuple(group)) for group in found.values())


__all__ = ["ONLY_CALL", "FreeTime", "Search", "TimesPage", "other_times", "times_page"]
