"""The demo's calendar: a month booked at two places, and today's visits each at another point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import Coverage, Patient
from portal.models.appointments import Appointment, AppointmentEvent, AppointmentResource
from portal.models.calendar import Resource, VisitType
from portal.queries.free_times import Slot, Wish, free_times
from portal.services.import_calendar import import_calendar
from tools.demo_practice import ZONE, at

SEED = 11
BACK, AHEAD = timedelta(days=14), timedelta(days=31)
# Of the times that are free, by how many weeks ahead: few people book a month ahead.
BOOKED_SHARES = (0.65, 0.4, 0.2, 0.1)
CONFIRM, MISS = 0.6, 0.05  # how many do
APART = timedelta(days=2)  # nobody comes again at once,
APART_AHEAD = timedelta(days=9)  # or has the next three visits booked already
# Most visits are about a health problem.
KINDS = (
    "office",
    "office",
    "child",
    "office",
    "yearly",
    "office",
    "video",
    "office",
    "skin",
    "heart",
)
REASONS = ("new_problem", "known_problem", "follow_up", "medicine", "checkup")


@dataclass
class _Book:
    """Who is taken when, while the month is being filled."""

    dice: Random
    taken: dict[tuple[str, int], list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def free(self, what: str, number: int, start: datetime, end: datetime) -> bool:
        """Whether nothing of this one overlaps."""
        return all(end <= a or start >= b for a, b in self.taken[what, number])

    def take(self, what: str, number: int, start: datetime, end: datetime) -> None:
        """Remember it."""
        self.taken[what, number].append((start, end))


@dataclass(frozen=True, slots=True)
class _Person:
    patient_id: int
    born: date
    insured: bool

    def months(self, on: date) -> int:
        """Their age."""
        return (
            (on.year - self.born.year) * 12 + on.month - self.born.month - (on.day < self.born.day)
        )


@dataclass(frozen=True, slots=True)
class _Pick:
    """A time for somebody."""

    slot: Slot
    kind: VisitType
    person: _Person
    resources: list[int]


def fill_calendar(folder: Path, story: dict[str, Any], *, now: datetime) -> None:
    """Set the practice's calendar from its file, and book two weeks back and a month ahead."""
    today = now.astimezone(ZONE).date()
    toml = (folder / story["schedule"]).read_text()
    import_calendar(toml=toml, on=today - timedelta(days=60), now=now)
    heroes = {person["practice_patient_id"] for person in story["people"]}
    book = _Book(Random(SEED))
    with read_only() as session:
        kinds = {kind.code: kind for kind in session.scalars(select(VisitType))}
        rooms = list(session.scalars(select(Resource).order_by(Resource.id)))
        people = list(_people(session, heroes))
        slots = {
            code: _by_day(
                free_times(
                    session,
                    Wish(visit_type_id=kind.id, first_day=today - BACK, last_day=today + AHEAD),
                    now=at(today - BACK, 0),
                    for_staff=True,
                )
            )
            for code, kind in kinds.items()
        }
    book.dice.shuffle(people)
    with transaction() as session:
        for pick in _picks(book, slots, kinds, people, rooms, today=today):
            _keep(session, book.dice, pick, now)


def _people(session: Session, heroes: set[str]) -> Iterator[_Person]:
    """Everybody but those whose stories must stay as they are told."""
    insured = set(session.scalars(select(Coverage.patient_id)))
    for patient in session.scalars(
        select(Patient)
        .where(Patient.practice_patient_id.notin_(heroes), Patient.merged_into_id.is_(None))
        .order_by(Patient.id)
    ):
        yield _Person(patient.id, patient.birth_on, patient.id in insured)


def _by_day(slots: Iterable[Slot]) -> dict[date, list[Slot]]:
    days: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.starts_on].append(slot)
    return days


def _picks(
    book: _Book,
    slots: dict[str, dict[date, list[Slot]]],
    kinds: dict[str, VisitType],
    people: list[_Person],
    rooms: list[Resource],
    *,
    today: date,
) -> Iterator[_Pick]:
    """Times that overlap with none picked before, each with somebody whom it suits and a room."""
    turn = cycle(KINDS)
    line = list(people)
    for day in sorted({day for days in slots.values() for day in days}):
        share, apart = _booked_share(today, day), APART if day <= today else APART_AHEAD
        starts = sorted({(s.starts_at, s.provider_id) for code in slots for s in slots[code][day]})
        for start, provider in starts:
            if book.dice.random() > share:
                continue
            kind = kinds[next(turn)]
            slot = next(
                (
                    s
                    for s in slots[kind.code][day]
                    if s.starts_at == start and s.provider_id == provider
                ),
                None,
            )
            if slot is None or not book.free("provider", provider, slot.busy_from, slot.busy_to):
                continue
            person = _somebody(book, line, kind, slot)
            found = _rooms(book, rooms, kind, slot)
            if person is None or found is None:
                continue
            line.remove(person)
            line.append(person)
            book.take("provider", provider, slot.busy_from, slot.busy_to)
            book.take("person", person.patient_id, slot.starts_at - apart, slot.ends_at + apart)
            for room in found:
                book.take("room", room, slot.starts_at, slot.ends_at)
            yield _Pick(slot, kind, person, found)


def _booked_share(today: date, day: date) -> float:
    weeks = max((day - today).days, 0) // 7
    return BOOKED_SHARES[min(weeks, len(BOOKED_SHARES) - 1)]


def _somebody(book: _Book, line: list[_Person], kind: VisitType, slot: Slot) -> _Person | None:
    for person in line:
        age = person.months(slot.starts_on)
        if age < kind.min_age_months or (kind.max_age_months or 9999) <= age:
            continue
        if kind.code == "office" and age < 12 * 18:
            continue
        if book.free("person", person.patient_id, slot.starts_at, slot.ends_at):
            return person
    return None


def _rooms(book: _Book, rooms: list[Resource], kind: VisitType, slot: Slot) -> list[int] | None:
    found: list[int] = []
    for feature in kind.resource_features:
        room = next(
            (
                room.id
                for room in rooms
                if room.location_id == slot.location_id
                and feature in room.features
                and room.id not in found
                and book.free("room", room.id, slot.starts_at, slot.ends_at)
            ),
            None,
        )
        if room is None:
            return None
        found.append(room)
    return found


def _keep(session: Session, dice: Random, pick: _Pick, now: datetime) -> None:
    """One visit with what happened to it so far."""
    slot, person = pick.slot, pick.person
    booked_at = min(slot.starts_at, now) - timedelta(
        days=dice.randint(2, 12), minutes=dice.randint(0, 400)
    )
    row = Appointment(
        id=UUID(int=dice.getrandbits(128), version=4),
        patient_id=person.patient_id,
        provider_id=slot.provider_id,
        location_id=slot.location_id,
        visit_type_id=pick.kind.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        starts_on=slot.starts_on,
        busy_from=slot.busy_from,
        busy_to=slot.busy_to,
        capacity=slot.capacity,
        state="booked",
        state_at=booked_at,
        coverage_intent="insurance" if person.insured else "self_pay",
        coverage_intent_at=booked_at,
        reason=dice.choice(REASONS),
        booked_via="staff",
        booked_at=booked_at,
        time_set_at=booked_at,
    )
    session.add(row)
    session.flush()
    session.add_all(_lived(row, dice, now))
    if row.state in {"booked", "arrived", "in_room"}:
        session.add_all(
            AppointmentResource(
                appointment_id=row.id,
                resource_id=resource,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for resource in pick.resources
        )


def _lived(row: Appointment, dice: Random, now: datetime) -> Iterator[AppointmentEvent]:
    """What the clock and people did with it; the row says where it stands."""

    def event(kind: str, when: datetime, via: str = "staff", **detail: str) -> AppointmentEvent:
        row.state_at = when
        return AppointmentEvent(appointment_id=row.id, kind=kind, at=when, via=via, detail=detail)

    assert row.booked_at is not None
    yield event("booked", row.booked_at)
    ahead = row.starts_at - now
    if ahead < timedelta(days=6) and dice.random() < CONFIRM:
        row.confirmed_at = max(row.booked_at, row.starts_at - timedelta(days=3, hours=2))
        row.confirmed_at = min(row.confirmed_at, now)
        row.confirmed_via = "text"
        yield event("confirmed", row.confirmed_at, "text")
    if ahead > timedelta(minutes=12):
        return
    if ahead < -timedelta(hours=1) and dice.random() < MISS:
        row.state = "no_show"
        yield event("no_show", row.starts_at + timedelta(minutes=15), "day")
        return
    row.arrived_at = min(row.starts_at - timedelta(minutes=dice.randint(1, 11)), now)
    row.state = "arrived"
    yield event("arrived", row.arrived_at)
    if ahead < -timedelta(minutes=5):
        row.roomed_at, row.state = row.starts_at + timedelta(minutes=3), "in_room"
        yield event("in_room", row.roomed_at)
    if row.ends_at + timedelta(minutes=6) < now:
        row.done_at, row.state = row.ends_at + timedelta(minutes=5), "done"
        yield event("done", row.done_at)
