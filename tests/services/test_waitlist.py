"""The waitlist from joining to the visit: offered in order, taken once, held from everybody else meanwhile (SCH-8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.calendar import ProviderProfile
from portal.models.messages import OutboundMessage
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.cancel_appointment import cancel_appointment
from portal.services.decline_offer import decline_offer
from portal.services.join_waitlist import (
    CannotWait,
    leave_waitlist,
    set_urgency,
)
from portal.services.move_appointment import move_appointment
from portal.services.refusal import NotFound
from tests.booking_world import NEXT_MONDAY, TUESDAY, open_booking
from tests.services.visit_world import Worker
from tests.services.waitroom import STAFF, Waitroom


@pytest.fixture
def room(database_url: str, now: datetime) -> Waitroom:
    return Waitroom(open_booking(now), Worker())


def test_SCH_8_a_freed_time_is_offered_in_order_and_the_first_yes_books_it(room: Waitroom) -> None:
    first, urgent = room.person(1), room.person(2)
    early, late = room.waits(first), room.waits(urgent, minutes=5)
    set_urgency(entry_id=late, urgency=2)
    room.frees()
    assert room.offer() == 1
    assert room.states() == {late: "open"}
    [held] = room.live()
    assert (held.state, held.patient_id) == ("held", None)
    room.worker.work(room.now)
    [(_, to, body)] = room.worker.post.texts
    assert to == "+12125550162"
    assert "An earlier time: Tue Mar 3 2:00 pm. Reply 1 by 10:30 am" in body
    visit_id = accept_offer(offer_id=room.offer_id(late), actor=Actor(None, "portal"), now=room.now)
    row = room.world.row(visit_id)
    assert (row.state, row.patient_id, row.booked_via) == ("booked", urgent, "waitlist")
    assert room.entry(late).state == "filled"
    assert room.entry(early).state == "waiting"
    assert room.opening().state == "taken"
    # The same yes again, by a page sent twice, is the same visit.
    again = accept_offer(offer_id=room.offer_id(late), actor=Actor(None, "portal"), now=room.now)
    assert again == visit_id
    assert room.offer() == 0


def test_SCH_8_nobody_answers_and_the_next_is_asked_until_the_time_is_public_again(
    room: Waitroom,
) -> None:
    one, two = room.waits(room.person(1)), room.waits(room.person(2), minutes=5)
    room.frees()
    room.offer()
    later = room.now + timedelta(minutes=31)
    assert room.offer(later - timedelta(minutes=2)) == 0
    assert room.offer(later) == 1
    assert room.states() == {one: "expired", two: "open"}
    decline_offer(offer_id=room.offer_id(two), via="portal", now=later)
    assert room.offer(later) == 0
    assert room.states() == {one: "expired", two: "declined"}
    assert room.opening().state == "released"
    assert room.live() == []
    assert room.entry(one).state == room.entry(two).state == "waiting"
    with pytest.raises(SlotTaken):
        accept_offer(offer_id=room.offer_id(one), actor=Actor(None, "portal"), now=later)


def test_SCH_8_of_three_at_once_one_gets_it_by_real_transactions(room: Waitroom) -> None:
    room.batch_of(3)
    entries = [room.waits(room.person(number), minutes=number) for number in (1, 2, 3)]
    # One of them would give up a later visit for it: a move and two bookings race.
    moves = room.person(4)
    later_visit = room.world.book(room.world.start(NEXT_MONDAY, "9:00"), patient_id=moves)
    set_urgency(entry_id=entries[0], urgency=1)
    mover = room.waits(moves, gives_up=later_visit, minutes=1)
    set_urgency(entry_id=mover, urgency=2)
    room.frees()
    assert room.offer() == 3
    asked = [entry for entry, state in room.states().items() if state == "open"]
    assert mover in asked
    ids = [room.offer_id(entry) for entry in asked] * 2
    freed = room.opening().starts_at

    def accept(offer_id: int) -> str:
        try:
            return str(accept_offer(offer_id=offer_id, actor=Actor(None, "portal"), now=room.now))
        except SlotTaken:
            return "taken"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(accept, ids))
    winners = {answer for answer in answers if answer != "taken"}
    assert len(winners) == 1
    states = room.states()
    assert sorted(states[entry] for entry in asked) == ["accepted", "lost", "lost"]
    booked = [row for row in room.live() if row.starts_at == freed]
    assert [row.state for row in booked] == ["booked"]
    for entry in asked:
        filled = states[entry] == "accepted"
        assert room.entry(entry).state == ("filled" if filled else "waiting")
    for _ in range(2):  # the others hear of it, once
        room.offer()
    with read_only() as session:
        told = session.scalars(
            select(OutboundMessage.recipient).where(OutboundMessage.template == "wait_list_gone")
        ).all()
    assert len(set(told)) == len(told) == 2


def test_SCH_8_who_has_a_later_visit_is_moved_and_that_one_comes_free(room: Waitroom) -> None:
    patient = room.person(1)
    later = room.world.book(room.world.start(NEXT_MONDAY, "9:00"), patient_id=patient)
    entry = room.waits(patient, gives_up=later)
    other = room.waits(room.person(2), first_day=NEXT_MONDAY, minutes=9)
    room.frees()
    room.offer()
    visit_id = accept_offer(
        offer_id=room.offer_id(entry), actor=Actor(None, "portal"), now=room.now
    )
    assert visit_id == later
    assert room.world.row(later).starts_at == room.world.at(TUESDAY, "14:00")
    assert room.offer() == 1  # the time that came free by it
    assert room.states()[other] == "open"


def test_SCH_8_at_night_nobody_is_asked_and_the_time_is_kept_till_morning(room: Waitroom) -> None:
    entry = room.waits(room.person(1), notice_minutes=60)
    night = room.world.at(TUESDAY, "2:00")
    visit_id = room.world.book(room.world.start(TUESDAY, "14:00"))
    cancel_appointment(
        appointment_id=visit_id, side="practice", reason="provider_away", actor=STAFF, now=night
    )
    assert room.offer(night) == 0
    assert room.states() == {entry: "queued"}
    room.worker.work(night)
    assert room.worker.post.texts == []
    morning = room.world.at(TUESDAY, "9:01")
    assert room.offer(morning) == 1
    assert room.states() == {entry: "open"}
    room.worker.work(morning)
    assert len(room.worker.post.texts) == 1


def test_SCH_8_a_run_that_dies_after_the_hold_goes_on_with_the_same_hold(
    room: Waitroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = room.waits(room.person(1))
    room.frees()

    def gone(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("portal.services.offer_slots.tell_offers", gone)
        with pytest.raises(KeyboardInterrupt):
            room.offer()
    assert len(room.live()) == 1
    assert room.states() == {}
    assert room.offer() == 1
    assert room.states() == {entry: "open"}
    assert len(room.live()) == 1


def test_SCH_8_a_time_that_somebody_else_took_first_is_offered_to_nobody(room: Waitroom) -> None:
    room.waits(room.person(1))
    room.frees()
    room.world.book(room.world.start(TUESDAY, "14:00"), patient_id=room.world.child_id)
    assert room.offer() == 0
    assert room.states() == {}
    assert room.opening().state == "released"


def test_SCH_8_a_move_frees_the_time_that_it_leaves(room: Waitroom) -> None:
    entry = room.waits(room.person(1))
    visit_id = room.world.book(room.world.start(TUESDAY, "14:00"))
    hold_id = room.world.hold(room.world.start(NEXT_MONDAY, "10:00"))
    move_appointment(
        appointment_id=visit_id, hold_id=hold_id, actor=room.world.actor(), now=room.now
    )
    room.offer()
    assert room.states() == {entry: "open"}


def test_SCH_8_leaving_ends_an_offer_and_a_list_has_an_end(room: Waitroom) -> None:
    patient = room.person(1)
    entry = room.waits(patient)
    room.frees()
    room.offer()
    leave_waitlist(entry_id=entry, now=room.now)
    assert room.entry(entry).state == "left"
    assert room.states() == {entry: "declined"}
    for _ in range(5):
        room.waits(patient)
    with pytest.raises(CannotWait):
        room.waits(patient)
    with pytest.raises(CannotWait):
        room.waits(room.person(2), last_day=date(2026, 2, 27), first_day=date(2026, 2, 20))
    with pytest.raises(NotFound):  # another's visit is no visit of theirs
        room.waits(room.person(3), gives_up=room.world.book())


def test_SCH_3_nobody_is_asked_whom_the_provider_does_not_see(room: Waitroom) -> None:
    """A yes that booking would refuse is never asked for."""
    new_here, child = room.person(1), room.world.child_id
    with transaction() as session:
        session.get_one(ProviderProfile, room.world.ada).min_age_months = 12 * 18
    young = room.waits(child, minutes=1)
    grown = room.waits(new_here, minutes=2)
    room.frees()
    assert room.offer() == 1
    assert room.states() == {grown: "open"}
    assert room.entry(young).state == "waiting"
