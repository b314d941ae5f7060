"""Searches 90 days of 20 providers, half of them booked, beside a loop that asks the database for each start."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, insert, select, text
from sqlalchemy.orm import Session

from benchmarks.database import empty_practice
from benchmarks.measure import TINY, size, tell
from portal.db import read_only, transaction
from portal.models.appointments import LIVE_STATES, Appointment, AppointmentResource
from portal.models.calendar import (
    Location,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    ScheduleException,
    VisitType,
)
from portal.models.claims import Provider
from portal.models.identity import Login
from portal.queries.free_times import Wish, free_times

ZONE = ZoneInfo("America/New_York")
FIRST = date(2026, 3, 2)  # over a day on which clocks are changed
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROVIDERS, DAYS = size(20, 2), size(90, 14)
STEP, ROOMS = 20, 12
HOURS = ((8, 12), (13, 17))
FRIDAY_OVER, HALF = 5, 0.5
RUNS = size(41, 3)
LAST = FIRST + timedelta(days=DAYS - 1)


@dataclass(frozen=True)
class Practice:
    """Where to look."""

    visit_type_id: int
    provider_ids: list[int]
    location_ids: list[int]


def main() -> None:
    with empty_practice() as (_url, _home):
        with transaction() as session:
            practice = lay(session)
        with transaction() as session:
            booked = fill(session, practice)
            session.execute(text("ANALYZE appointments"))
        wish = Wish(visit_type_id=practice.visit_type_id, first_day=FIRST, last_day=LAST)
        whole = [timed(wish, None) for _ in range(RUNS)]
        page = [timed(wish, 40) for _ in range(RUNS)]
        found = search(wish, None)
        starts = candidates(practice)
        assert found == len(starts) - booked, (found, len(starts), booked)
        few = starts[: size(3_000, 60)]
        begun = time.perf_counter()
        free = naive(few)
        asked = len(few) / (time.perf_counter() - begun)
        assert 0 < free < len(few)
    what = "Free times, 90 days of 20 providers"
    ours = len(starts) / statistics.median(whole)
    tell(f"{what}", ours, "starts/s", peer="a query for each start", peer_value=asked)
    tell(f"{what}, p95", p95(whole), "s", peer="our goal", peer_value=0.5)
    tell(f"{what}, the first forty, p95", p95(page), "s", peer="our goal", peer_value=0.2)


def p95(seconds: list[float]) -> float:
    return max(seconds) if TINY else statistics.quantiles(seconds, n=20)[-1]


def timed(wish: Wish, limit: int | None) -> float:
    start = time.perf_counter()
    search(wish, limit)
    return time.perf_counter() - start


def search(wish: Wish, limit: int | None) -> int:
    with read_only() as session:
        return len(free_times(session, wish, now=NOW, limit=limit))


def lay(session: Session) -> Practice:
    places = [
        Location(code=f"p{number}", name=f"Place {number}", time_zone=ZONE.key)
        for number in range(2)
    ]
    people = [
        Provider(npi=f"15550{number:05}", last_name="Sample", first_name=f"N{number}")
        for number in range(PROVIDERS)
    ]
    kind = VisitType(code="visit", name="A visit", minutes=STEP, resource_features=["exam"])
    session.add_all([*places, *people, kind])
    session.flush()
    for place in places:
        session.add_all(
            Resource(location_id=place.id, kind="room", name=f"Room {n}", features=["exam"])
            for n in range(ROOMS)
        )
    session.add_all(ProviderProfile(provider_id=one.id, specialty="family") for one in people)
    session.flush()
    for number, one in enumerate(people):
        session.add_all(
            ScheduleBlock(
                provider_id=one.id,
                location_id=places[number % 2].id,
                weekday=weekday,
                starts=wall(starts),
                ends=wall(ends),
                step_minutes=STEP,
                horizon_days=365,
                since=date(2026, 1, 1),
            )
            for weekday in range(5)
            for starts, ends in HOURS
        )
    session.add(  # everybody's holiday, on a Sunday
        ScheduleException(
            kind="holiday",
            starts_at=datetime(2026, 3, 8, tzinfo=ZONE),
            ends_at=datetime(2026, 3, 9, tzinfo=ZONE),
            made_at=NOW,
        )
    )
    return Practice(kind.id, [one.id for one in people], [place.id for place in places])


def candidates(practice: Practice) -> list[tuple[int, datetime]]:
    """Every start that the template has, day by day, as a loop would make them."""
    return [
        (provider_id, datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE))
        for day in (FIRST + timedelta(days=n) for n in range(DAYS))
        if day.weekday() < FRIDAY_OVER
        for provider_id in practice.provider_ids
        for starts, ends in HOURS
        for hour in range(starts, ends)
        for minute in range(0, 60, STEP)
    ]


def fill(session: Session, practice: Practice) -> int:
    """Book every second start at random, each with a room of its own."""
    chance = random.Random(7)
    login = Login(face="patient", email="bench@example.com", fs_uniquifier="bench")
    session.add(login)
    session.flush()
    place_of = {
        provider_id: practice.location_ids[number % 2]
        for number, provider_id in enumerate(practice.provider_ids)
    }
    rooms = {
        place: session.scalars(
            select(Resource.id).where(Resource.location_id == place).order_by(Resource.id)
        ).all()
        for place in practice.location_ids
    }
    room_of = {
        provider_id: rooms[place_of[provider_id]][number // 2]
        for number, provider_id in enumerate(practice.provider_ids)
    }
    rows, taken = [], []
    for number, (provider_id, at) in enumerate(candidates(practice)):
        if chance.random() < HALF:
            row_id, starts_at = UUID(int=number + 1), at.astimezone(UTC)
            ends_at = starts_at + timedelta(minutes=STEP)
            time_of = {"starts_at": starts_at, "ends_at": ends_at}
            rows.append(
                {
                    "id": row_id,
                    "provider_id": provider_id,
                    "location_id": place_of[provider_id],
                    "visit_type_id": practice.visit_type_id,
                    **time_of,
                    "starts_on": at.date(),
                    "busy_from": starts_at,
                    "busy_to": ends_at,
                    "state": "held",
                    "state_at": NOW,
                    "held_until": NOW + timedelta(days=365),
                }
            )
            taken.append({"appointment_id": row_id, "resource_id": room_of[provider_id], **time_of})
    session.execute(insert(Appointment), rows)
    session.execute(insert(AppointmentResource), taken)
    return len(rows)


def naive(starts: list[tuple[int, datetime]]) -> int:
    """How many are free, by a question each: whether the provider has anything then, and whether everybody is away."""
    free = 0
    with read_only() as session:
        for provider_id, at in starts:
            ends_at = at + timedelta(minutes=STEP)
            taken = exists().where(
                Appointment.provider_id == provider_id,
                Appointment.state.in_(LIVE_STATES),
                Appointment.busy_from < ends_at,
                Appointment.busy_to > at,
            )
            away = exists().where(
                ScheduleException.removed_at.is_(None),
                ScheduleException.starts_at < ends_at,
                ScheduleException.ends_at > at,
            )
            free += not session.scalar(select(taken | away))
    return free


if __name__ == "__main__":
    main()
