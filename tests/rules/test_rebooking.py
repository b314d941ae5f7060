"""Times instead of a visit that the practice gives up, and where a whole list of visits goes (SCH-5)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.free_times import Slot
from billing.rebooking import ToMove, choose_offers, propose_moves

OLD = datetime(2026, 3, 9, 14, tzinfo=UTC)
MINUTES = timedelta(minutes=20)


def slot(hours: int, *, provider: int = 1, place: int = 1, kind: int = 1, lane: int = 0) -> Slot:
    start = OLD + timedelta(hours=hours)
    return Slot(
        provider_id=provider,
        location_id=place,
        visit_type_id=kind,
        starts_at=start,
        ends_at=start + MINUTES,
        starts_on=start.date(),
        busy_from=start,
        busy_to=start + MINUTES,
        lane=lane,
        capacity=2,
        resource_ids=(),
        zone="UTC",
    )


def chosen(*free: Slot, spoken_for: set[tuple[int, datetime]] | None = None) -> list[Slot]:
    return list(
        choose_offers(
            free, provider_id=1, location_id=1, around=OLD, spoken_for=spoken_for or set()
        )
    )


def test_SCH_5_three_times_on_three_days_with_the_same_provider_first() -> None:
    same_day = [slot(1), slot(2), slot(3)]
    later = [slot(24), slot(48), slot(72)]
    assert chosen(*same_day, *later) == [same_day[0], *later[:2]]
    assert chosen(*same_day) == same_day, "one day is better than nothing"
    assert chosen(slot(1, provider=2), slot(24), slot(48), slot(72)) == [
        slot(24),
        slot(48),
        slot(72),
    ]
    assert chosen(slot(1, provider=2), slot(24)) == [slot(1, provider=2), slot(24)]
    assert chosen() == []


def test_SCH_5_what_is_offered_to_somebody_else_comes_last() -> None:
    first, second, third, fourth = slot(1), slot(24), slot(48), slot(72)
    promised = {(1, first.starts_at)}
    assert chosen(first, second, third, fourth, spoken_for=promised) == [second, third, fourth]
    assert chosen(first, second, spoken_for=promised) == [first, second]


@given(st.lists(st.integers(1, 200), max_size=30), st.lists(st.integers(1, 200), max_size=30))
def test_SCH_5_offers_never_overlap_and_are_never_more_than_three(
    hours: list[int], taken: list[int]
) -> None:
    found = chosen(
        *(slot(hour) for hour in hours),
        spoken_for={(1, slot(hour).starts_at) for hour in taken},
    )
    assert len(found) <= 3
    assert found == sorted(found, key=lambda one: one.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in itertools.pairwise(found))


def visit(number: int, hours: int, person: int | None = None) -> ToMove:
    return ToMove(
        appointment_id=UUID(int=number),
        person=("patient", person or number),
        visit_type_id=1,
        starts_at=OLD + timedelta(hours=hours),
        wanted=OLD + timedelta(hours=hours + 24),
    )


def test_SCH_5_each_visit_goes_to_the_same_time_of_the_other_day_and_no_place_twice() -> None:
    visits = [visit(1, 0), visit(2, 1), visit(3, 2)]
    free = [slot(24), slot(25), slot(30)]
    moved = propose_moves(visits, {1: free})
    assert [moved[UUID(int=n)].starts_at for n in (1, 2, 3)] == [one.starts_at for one in free]
    moved = propose_moves(visits, {1: free[:2]})
    assert set(moved) == {UUID(int=1), UUID(int=2)}, "for the third nothing is left"
    two_lanes = [slot(24), slot(24, lane=1)]
    assert len(propose_moves([visit(1, 0), visit(2, 0)], {1: two_lanes})) == 2
    one_person = [visit(1, 0, person=7), visit(2, 0, person=7)]
    assert len(propose_moves(one_person, {1: two_lanes})) == 1
