"""What the practice cancels never counts, and three times are offered to each, no time to two (SCH-5)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.db import read_only
from portal.queries.rebook_offers import OfferedTime, rebook_offers
from portal.services.cancel_appointment import cancel_appointment
from tests.booking_world import EAST_ZONE, BookingWorld, open_booking

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def world(database_url: str) -> BookingWorld:
    del database_url
    return open_booking(NOW)


def offered(appointment_id: object) -> tuple[OfferedTime, ...]:
    with read_only() as session:
        return rebook_offers(session, appointment_id, NOW)  # type: ignore[arg-type]


def test_SCH_5_two_patients_of_one_day_are_offered_different_times(world: BookingWorld) -> None:
    first = world.book(world.start(wall="9:00"))
    second = world.book(world.start(wall="9:20"), patient_id=world.child_id)
    for one in (first, second):
        cancel_appointment(
            appointment_id=one,
            side="practice",
            reason="provider_away",
            actor=world.actor("staff"),
            now=NOW,
        )
    assert not world.row(first).late_cancel
    ours, theirs = offered(first), offered(second)
    assert len(ours) == len(theirs) == 3
    assert {one.provider_id for one in ours} == {world.ada}
    assert len({one.local_start.date() for one in ours}) == 3
    assert not {(o.provider_id, o.starts_at) for o in ours} & {
        (o.provider_id, o.starts_at) for o in theirs
    }
    # Somebody else books one of them: it is not shown any more. The patient books one: all are answered.
    taken = ours[0]
    day = taken.local_start.date()
    wall = f"{taken.starts_at.astimezone(EAST_ZONE):%H:%M}"
    world.book(world.start(day, wall), patient_id=world.child_id)
    assert taken not in offered(first)
    assert offered(second) == (), "the child booked the same kind of visit"
    world.book(world.start(date(2026, 4, 6), "9:00"))
    assert offered(first) == ()
