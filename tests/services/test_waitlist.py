"""The waitlist from joining to the visit: offered in order, taken once, held from everybody else meanwhile (SCH-8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.calendar import BookingPolicy, ProviderProfile
from portal.models.identity import Login
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.cancel_appointment import cancel_appointment
from portal.services.decline_offer import decline_offer
from portal.services.handle_text import handle_text
from portal.services.join_waitlist import (
    CannotWait,
    Waits,
    WaitsFor,
    join_waitlist,
    leave_waitlist,
    set_urgency,
)
from portal.services.move_appointment import move_appointment
from portal.services.offer_slots import offer_slots
from portal.services.refusal import NotFound
from tests.booking_world import NEXT_MONDAY, TUESDAY, BookingWorld, open_booking
from tests.services.visit_world import LINKS, URL, Calendar, Worker

STAFF = Actor(None, "staff")


@dataclass
class Waitroom:
    """People on the list, and a visit that can be called off."""

    world: BookingWorld
    worker: Worker

    @property
    def now(self) -> datetime:
        return self.world.now

    def person(self, number: int, **fields) -> int:
        with transaction() as session:
            book = Calendar(session, counter=100 * number)
            phone = f"+1212555016{number}"
            return book.person(phone=phone, login=f"wait{number}@example.com", **fields).id

    def waits(
        self, patient_id: int, *, minutes: int = 0, gives_up: UUID | None = None, **fields
    ) -> UUID:
        entry_id = uuid4()
        defaults = {
            "visit_type_id": self.world.visit,
            "first_day": date(2026, 3, 2),
            "last_day": date(2026, 3, 31),
        }
        join_waitlist(
            entry_id=entry_id,
            who=WaitsFor(patient_id=patient_id, gives_up_id=gives_up),
            waits=Waits(**(defaults | fields)),
            now=self.now - timedelta(days=1) + timedelta(minutes=minutes),
        )
        return entry_id

    def frees(self, day: date = TUESDAY, wall: str = "14:00", now: datetime | None = None) -> UUID:
        """A visit of Testa's at that time, called off by the office."""
        visit_id = self.world.book(self.world.start(day, wall))
        cancel_appointment(
            appointment_id=visit_id,
            side="practice",
            reason="provider_away",
            actor=STAFF,
            now=now or self.now,
        )
        return visit_id

    def offer(self, now: datetime | None = None) -> int:
        return offer_slots(now=now or self.now, public_url=URL)

    def states(self) -> dict[UUID, str]:
        with read_only() as session:
            rows = session.execute(
                select(WaitlistOffer.entry_id, WaitlistOffer.state).order_by(WaitlistOffer.id)
            )
            return {row.entry_id: row.state for row in rows}

    def offer_id(self, entry_id: UUID) -> int:
        with read_only() as session:
            return session.scalars(
                select(WaitlistOffer.id).where(WaitlistOffer.entry_id == entry_id)
            ).one()

    def opening(self) -> SlotOpening:
        with read_only() as session:
            return session.scalars(select(SlotOpening)).one()

    def entry(self, entry_id: UUID) -> WaitlistEntry:
        with read_only() as session:
            return session.get_one(WaitlistEntry, entry_id)

    def live(self) -> list[Appointment]:
        with read_only() as session:
            return list(
                session.scalars(
                    select(Appointment).where(Appointment.state.in_(("held", "booked")))
                )
            )

    def batch_of(self, number: int) -> None:
        with transaction() as session:
            session.add(BookingPolicy(offer_batch=number, made_at=self.now))


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


# ---- answers by text


def test_SCH_8_who_waits_twice_fills_the_wish_that_was_meant(room: Waitroom) -> None:
    room.batch_of(3)
    patient = room.person(1)
    later = room.world.book(room.world.start(NEXT_MONDAY, "9:00"), patient_id=patient)
    another = room.waits(patient)
    meant = room.waits(patient, gives_up=later, minutes=5)
    room.frees()
    assert room.offer() == 2
    accept_offer(offer_id=room.offer_id(meant), actor=Actor(None, "portal"), now=room.now)
    assert room.states() == {another: "lost", meant: "accepted"}
    assert (room.entry(meant).state, room.entry(another).state) == ("filled", "waiting")


def test_SCH_8_a_loser_whose_sign_in_was_closed_stops_nobody(room: Waitroom) -> None:
    room.batch_of(3)
    newcomer = room.world.newcomer_id
    join_waitlist(
        entry_id=uuid4(),
        who=WaitsFor(newcomer_id=newcomer),
        waits=Waits(
            visit_type_id=room.world.visit, first_day=room.now.date(), last_day=date(2026, 3, 31)
        ),
        now=room.now - timedelta(days=2),
    )
    faster = room.waits(room.person(1))
    room.frees()
    assert room.offer() == 2
    accept_offer(offer_id=room.offer_id(faster), actor=Actor(None, "portal"), now=room.now)
    assert sorted(room.states().values()) == ["accepted", "lost"]
    with transaction() as session:
        session.get_one(Login, newcomer).active = False
    assert room.offer() == 0


def test_SCH_8_where_patients_do_not_book_no_message_offers_a_time(room: Waitroom) -> None:
    room.waits(room.person(1))
    room.frees()
    with transaction() as session:
        session.add(BookingPolicy(self_booking="view", made_at=room.now))
    assert room.offer() == 0
    assert room.states() == {}
    assert room.opening().state == "released"


def texted(room: Waitroom, body: str, phone: str, now: datetime) -> str:
    with transaction() as session:
        message = ThreadMessage(
            author="patient",
            channel="sms",
            phone=phone,
            kind="received",
            body=body,
            provider_id=f"SM{uuid4().hex}",
            at=now,
        )
        session.add(message)
        session.flush()
        message_id = message.id
    kind = handle_text(message_id=message_id, answered=False, now=now, links=LINKS)
    assert handle_text(message_id=message_id, answered=False, now=now, links=LINKS) == kind
    return kind


def answers(phone: str) -> list[str]:
    with read_only() as session:
        return list(
            session.scalars(
                select(OutboundMessage.template)
                .where(OutboundMessage.recipient == phone, OutboundMessage.category == "")
                .order_by(OutboundMessage.id)
            )
        )


@pytest.mark.parametrize("body", ["1", "sí"])
def test_MSG_19_yes_counts_inside_an_open_offer_and_nowhere_else(room: Waitroom, body: str) -> None:
    patient, phone = room.person(1), "+12125550161"
    assert texted(room, body, phone, room.now) == "question"
    entry = room.waits(patient)
    room.frees()
    room.offer()
    room.worker.work(room.now)
    soon = room.now + timedelta(minutes=3)
    assert texted(room, body, phone, soon) == "take"
    assert room.states() == {entry: "accepted"}
    assert answers(phone)[-1] == "offer_taken"
    assert texted(room, "Y", phone, soon + timedelta(minutes=1)) == "take"  # still theirs
    assert texted(room, "Y", phone, soon + timedelta(days=2)) == "question"


def test_MSG_19_no_passes_it_on_and_a_late_yes_hears_that_it_was_taken(room: Waitroom) -> None:
    room.batch_of(3)
    one, two, three = (room.person(number) for number in (1, 2, 3))
    entries = [room.waits(who, minutes=who) for who in (one, two, three)]
    room.frees()
    room.offer()
    room.worker.work(room.now)
    soon = room.now + timedelta(minutes=3)
    assert texted(room, "no thanks", "+12125550161", soon) == "leave"
    assert room.states()[entries[0]] == "declined"
    assert texted(room, "1", "+12125550162", soon) == "take"
    assert texted(room, "1", "+12125550163", soon) == "take"
    assert answers("+12125550161") == ["offer_passed"]
    assert answers("+12125550162") == ["offer_taken"]
    assert answers("+12125550163") == ["offer_gone"]
    assert room.entry(entries[2]).state == "waiting"
