"""Many processes want the same times at once: each is sold once, and everybody else is told kindly (SCH-1)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.services.join_waitlist import Waits, WaitsFor, join_waitlist
from tests.booking_world import NEXT_MONDAY, BookingWorld, open_booking
from tests.proof.booking_laws import broken_times
from tests.services.booking_rush import Try, rush, storm

WALLS = ("9:00", "9:20", "9:40", "10:00", "10:20", "10:40", "11:00", "11:20", "11:40", "13:00")


@pytest.fixture
def world(database_url: str, now) -> BookingWorld:
    return open_booking(now)


def crowd(world: BookingWorld, count: int) -> list[int]:
    with transaction() as session:
        people = [
            Patient(
                guarantor_account_id=world.account_id,
                last_name="Sample",
                first_name=f"Testa {number}",
                match_name=f"sample testa{number}",
                birth_on=date(1980, 1, 1) + timedelta(days=number),
            )
            for number in range(count)
        ]
        session.add_all(people)
        session.flush()
        return [one.id for one in people]


def wanted(world: BookingWorld, patient_id: int, wall: str, **other: int) -> Try:
    start = world.start(NEXT_MONDAY, wall, **other)
    return Try(
        patient_id=patient_id,
        visit_type_id=start.visit_type_id,
        provider_id=start.provider_id,
        location_id=start.location_id,
        starts_at=start.starts_at.isoformat(),
        now=world.now.isoformat(),
    )


def booked() -> tuple[int, int]:
    """How many stand there, and at how many different times of a provider."""
    with read_only() as session:
        living = select(func.count(), func.count(func.distinct(Appointment.starts_at))).where(
            Appointment.state == "booked"
        )
        return tuple(session.execute(living).one())  # type: ignore[return-value]


def test_SCH_1_two_hundred_want_ten_times(world: BookingWorld, database_url: str) -> None:
    people = crowd(world, 200)
    tries = [wanted(world, who, WALLS[n % 10]) for n, who in enumerate(people)]
    found = rush(database_url, tries, processes=6)
    outcomes = Counter(one["outcome"] for one in found)
    assert outcomes == {"booked": 10, "taken": 190}, [o for o in found if o["outcome"] == "error"]
    assert {one["others"] for one in found if one["outcome"] == "taken"} == {3}
    assert booked() == (10, 10)


def test_SCH_1_fifty_want_one_time_and_its_room(world: BookingWorld, database_url: str) -> None:
    people = crowd(world, 50)
    ecg = {"visit_type_id": world.ecg, "provider_id": world.ben}
    tries = [wanted(world, who, "9:00", **ecg) for who in people]
    found = rush(database_url, tries, processes=5)
    outcomes = Counter(one["outcome"] for one in found)
    assert outcomes == {"booked": 1, "taken": 49}, [o for o in found if o["outcome"] == "error"]
    assert booked() == (1, 1)


def test_SCH_1_few_people_who_try_everywhere_at_once_wait_in_no_circle(
    world: BookingWorld, database_url: str
) -> None:
    """Their times cross over people, providers and rooms: some are refused, and nothing breaks."""
    people = crowd(world, 4)
    kinds = (
        {"provider_id": world.ada},
        {"provider_id": world.ben},
        {"provider_id": world.ben, "visit_type_id": world.ecg},
    )
    tries = [
        wanted(world, who, wall, **kind)
        for wall in ("9:00", "9:20")
        for kind in kinds
        for who in people
    ]
    found = rush(database_url, tries * 2, processes=4)
    errors = [one["what"] for one in found if one["outcome"] == "error"]
    assert not [what for what in errors if "PersonBusy" not in what]
    with read_only() as session:
        living = session.execute(
            select(Appointment.patient_id, Appointment.provider_id, Appointment.starts_at).where(
                Appointment.state == "booked"
            )
        ).all()
    assert living
    assert len({(who, at) for who, _, at in living}) == len(living)
    assert len({(provider, at) for _, provider, at in living}) == len(living)


def test_SCH_1_whatever_many_do_at_once_is_done_or_refused(
    world: BookingWorld, database_url: str
) -> None:
    """No deadlock and no error, among people who book, move, cancel, mark, wait and let holds end on few times."""
    people = crowd(world, 3)
    for who in people:
        join_waitlist(
            entry_id=uuid4(),
            who=WaitsFor(patient_id=who, coverage_intent="self_pay"),
            waits=Waits(
                visit_type_id=world.visit,
                first_day=NEXT_MONDAY,
                last_day=NEXT_MONDAY,
                notice_minutes=0,
            ),
            now=world.now,
        )
    ended = storm(database_url, world, people=people, processes=4)
    assert not [what for what in ended if what.startswith("error")], ended
    assert ended["done"] > 10
    assert broken_times(world.now + timedelta(minutes=9)) == []
