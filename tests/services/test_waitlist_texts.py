"""Answers to an offered time: yes inside an open offer, no, too late, one of two wishes (SCH-8, MSG-19)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.calendar import BookingPolicy
from portal.models.identity import Login
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor
from portal.services.handle_text import handle_text
from portal.services.join_waitlist import (
    Waits,
    WaitsFor,
    join_waitlist,
)
from tests.booking_world import NEXT_MONDAY, open_booking
from tests.services.visit_world import LINKS, Worker
from tests.services.waitroom import Waitroom


@pytest.fixture
def room(database_url: str, now: datetime) -> Waitroom:
    return Waitroom(open_booking(now), Worker())


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
