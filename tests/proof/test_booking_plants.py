"""Bugs that could have been ours, planted into booking: the machine's laws see each, and without it none breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import ColumnElement, Engine, text

from billing.free_times import Slot
from portal.db import read_only
from portal.models.appointments import LIVE_STATES, Appointment
from portal.queries import free_times
from portal.queries.free_times import the_slot
from portal.services import book_appointment, cancel_appointment, hold_slot, move_appointment
from portal.services.appointment_actor import SlotTaken
from tests.booking_world import NEXT_MONDAY
from tests.proof.booking_machine import BookingMachine

Plant = Callable[[pytest.MonkeyPatch, Engine], None]
Story = Callable[[BookingMachine], None]


def nobody_looks_at_the_person(patch: pytest.MonkeyPatch, owner: Engine) -> None:
    _drop(owner, "ex__appointments__patient")
    for module in (hold_slot, book_appointment):
        patch.setattr(module, "check_person_free", lambda *_args, **_kwargs: None)


def nobody_counts_the_places(patch: pytest.MonkeyPatch, owner: Engine) -> None:
    _drop(owner, "ex__appointments__provider")
    patch.setattr(free_times, "_lanes", lambda *_args, **_kwargs: {})


def a_hold_never_ends(patch: pytest.MonkeyPatch, _owner: Engine) -> None:
    def standing(_now: datetime, **_other: object) -> ColumnElement[bool]:
        return Appointment.state.in_(LIVE_STATES)

    patch.setattr(free_times, "standing", standing)


def a_canceled_visit_keeps_its_room(patch: pytest.MonkeyPatch, _owner: Engine) -> None:
    patch.setattr(cancel_appointment, "give_back", lambda *_args: None)


def a_move_leaves_no_event(patch: pytest.MonkeyPatch, _owner: Engine) -> None:
    patch.setattr(move_appointment, "note_event", lambda *_args, **_kwargs: None)


def _drop(owner: Engine, constraint: str) -> None:
    with owner.begin() as connection:
        connection.execute(text(f"ALTER TABLE appointments DROP CONSTRAINT {constraint}"))


def _slot(machine: BookingMachine, wall: str, *, kind: str = "visit", by: str = "ada") -> Slot:
    """That time of next Monday, which must be offered."""
    found = _offered(machine, wall, kind=kind, by=by)
    assert found is not None, "what is free is offered"
    return found


def _offered(machine: BookingMachine, wall: str, *, kind: str, by: str) -> Slot | None:
    world = machine.world
    with read_only() as session:
        return the_slot(
            session,
            visit_type_id=getattr(world, kind),
            provider_id=getattr(world, by),
            location_id=world.east,
            starts_at=world.at(NEXT_MONDAY, wall),
            now=machine.now,
        )


def _books(machine: BookingMachine, slot: Slot, who: int) -> None:
    try:
        held = machine._hold(slot, machine.people[who])
    except SlotTaken as taken:
        raise AssertionError("what is offered can be had") from taken
    if held is not None:
        machine._book(held, machine.people[who])


def one_person_wants_two_providers(machine: BookingMachine) -> None:
    _books(machine, _slot(machine, "9:00"), 0)
    _books(machine, _slot(machine, "9:00", kind="ecg", by="ben"), 0)


def two_people_want_one_place(machine: BookingMachine) -> None:
    for who in (0, 1):
        slot = _offered(machine, "9:00", kind="visit", by="ada")
        if slot is not None:
            _books(machine, slot, who)


def somebody_never_confirms(machine: BookingMachine) -> None:
    machine._hold(_slot(machine, "9:00"), machine.people[0])
    machine.now += timedelta(minutes=5)
    _books(machine, _slot(machine, "9:00"), 1)


def a_room_is_given_back(machine: BookingMachine) -> None:
    _books(machine, _slot(machine, "9:00", kind="ecg", by="ben"), 0)
    machine.cancels(pick=len(machine.diary) - 1, practice=True)
    _books(machine, _slot(machine, "9:00", kind="ecg", by="ben"), 1)


def a_visit_is_moved(machine: BookingMachine) -> None:
    _books(machine, _slot(machine, "9:00"), 0)
    machine.moves(pick=len(machine.diary) - 1, to=40, kind="visit", straight=True)


PLANTED: dict[Plant, Story] = {
    nobody_looks_at_the_person: one_person_wants_two_providers,
    nobody_counts_the_places: two_people_want_one_place,
    a_hold_never_ends: somebody_never_confirms,
    a_canceled_visit_keeps_its_room: a_room_is_given_back,
    a_move_leaves_no_event: a_visit_is_moved,
}


@pytest.fixture
def machine(database_url: str, now: datetime) -> Iterator[BookingMachine]:
    class Bound(BookingMachine):
        pass

    Bound.opens = staticmethod(lambda: now)  # type: ignore[assignment]
    machine = Bound()
    machine.open(spring=True)
    yield machine
    machine.teardown()


def _play(machine: BookingMachine, story: Story) -> None:
    story(machine)
    machine.nothing_overlaps()
    machine.nobodys_visit_is_lost()


def test_no_story_breaks_a_law_without_a_bug(machine: BookingMachine) -> None:
    for number, story in enumerate(PLANTED.values()):
        machine.now += timedelta(minutes=10 * number)
        story(machine)
        machine.nothing_overlaps()
        machine.nobodys_visit_is_lost()
        for visit in range(len(machine.diary)):  # the next story begins with an empty day
            machine.cancels(pick=visit, practice=True)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_bug_is_caught(
    machine: BookingMachine, plant: Plant, monkeypatch: pytest.MonkeyPatch, owner_engine: Engine
) -> None:
    plant(monkeypatch, owner_engine)
    with pytest.raises(AssertionError):
        _play(machine, PLANTED[plant])
