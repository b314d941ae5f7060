"""Booking at its edges: a forged page, a time that went meanwhile, a browser that wants several times (SCH-1, SCH-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.transitions import AppointmentStep
from billing.who_may_book import WhyNot
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment, AppointmentEvent
from portal.models.calendar import ProviderProfile, VisitType
from portal.queries.missed_visits import missed_visits
from portal.queries.offered_providers import offered_providers, person_facts
from portal.services.appointment_actor import Actor, CannotBook, HoldEnded, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, hold_slot
from portal.services.mark_appointment import mark_appointment
from portal.services.mark_missed import mark_missed
from portal.services.move_appointment import move_appointment
from tests.booking_world import NEXT_MONDAY, BookingWorld, block, open_booking

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(database_url: str, now) -> BookingWorld:
    return open_booking(now)


def test_SCH_7_nobody_misses_a_video_visit_by_not_coming_to_the_desk(world: BookingWorld) -> None:
    with transaction() as session:
        session.get_one(VisitType, world.visit).modality = "video"
    visit = world.book()
    late = world.row(visit).starts_at + timedelta(hours=1)
    assert mark_missed(now=late) == 0
    with transaction() as session:
        session.get_one(VisitType, world.visit).modality = "in_person"
    assert mark_missed(now=late) == 1


def test_SCH_1_somebody_whom_nobody_met_books_three_visits_and_then_calls(
    world: BookingWorld,
) -> None:
    def book(wall: str) -> None:
        held = uuid4()
        holder = Holder(newcomer_id=world.newcomer_id, login_id=world.newcomer_id)
        start = world.start(NEXT_MONDAY, wall, visit_type_id=world.first)
        hold_slot(appointment_id=held, start=start, holder=holder, now=world.now)
        wanted = Booking(newcomer_id=world.newcomer_id, coverage_intent="self_pay")
        actor = Actor(world.newcomer_id, "portal")
        book_appointment(appointment_id=held, booking=wanted, actor=actor, now=world.now)

    for wall in ("9:00", "9:40", "10:20"):
        book(wall)
    with pytest.raises(CannotBook, match="Please call us"):
        book("11:00")


def events(appointment_id: UUID) -> list[str]:
    with read_only() as session:
        return list(
            session.scalars(
                select(AppointmentEvent.kind)
                .where(AppointmentEvent.appointment_id == appointment_id)
                .order_by(AppointmentEvent.id)
            )
        )


def test_SCH_3_who_is_not_offered_is_not_booked_whatever_page_was_sent(world: BookingWorld) -> None:
    start = world.start(visit_type_id=world.first, wall="13:00")
    with transaction() as session:
        ada = session.get_one(ProviderProfile, world.ada)
        ada.min_age_months = 18 * 12
        ada.takes_new = False
    visit = world.hold(start, patient_id=world.child_id)
    booking = Booking(patient_id=world.child_id, coverage_intent="self_pay")
    with pytest.raises(CannotBook, match="another age"):
        book_appointment(appointment_id=visit, booking=booking, actor=world.actor(), now=world.now)
    with read_only() as session:
        child = person_facts(session, patient_id=world.child_id, on=NEXT_MONDAY)
        choices = offered_providers(
            session, visit_type_id=world.ecg, person=child, on=NEXT_MONDAY, language="es"
        )
    why = {choice.provider_id: choice.reasons for choice in choices}
    assert why == {
        world.ada: (WhyNot.AGE, WhyNot.ESTABLISHED_ONLY, WhyNot.SKILL),
        world.ben: (WhyNot.LANGUAGE,),
        world.cy: (
            WhyNot.AGE,
            WhyNot.ESTABLISHED_ONLY,
            WhyNot.SKILL,
            WhyNot.LANGUAGE,
            WhyNot.VIEW_ONLY,
        ),
    }
    book_appointment(
        appointment_id=visit, booking=booking, actor=world.actor("staff"), now=world.now
    )
    at = world.row(visit).starts_at
    for step in (AppointmentStep.ARRIVE, AppointmentStep.FINISH):
        mark_appointment(appointment_id=visit, step=step, actor=world.actor("staff"), now=at)
    with read_only() as session:
        seen = person_facts(session, patient_id=world.child_id, on=NEXT_MONDAY)
    assert seen.last_seen == {"family": NEXT_MONDAY}


def test_SCH_1_a_move_to_a_time_that_is_gone_leaves_all_as_it_was(world: BookingWorld) -> None:
    visit, start = world.book(), world.start(wall="10:00")
    hold = uuid4()
    hold_slot(
        appointment_id=hold,
        start=start,
        holder=Holder(patient_id=world.patient_id),
        now=world.now,
        moving=visit,
    )
    late = world.now + 6 * MINUTE
    world.book(start, patient_id=world.child_id, now=late)
    with pytest.raises(HoldEnded) as gone:
        move_appointment(appointment_id=visit, hold_id=hold, actor=world.actor(), now=late)
    assert len(gone.value.alternatives) == 3
    row = world.row(visit)
    assert (row.starts_at, row.state) == (world.start().starts_at, "booked")
    assert events(visit) == ["held", "booked"]


def test_SCH_1_a_browser_keeps_one_time_whether_it_books_or_moves(world: BookingWorld) -> None:
    visit = world.book()
    holder = Holder(patient_id=world.patient_id, holder_hash="browser")
    holds = []
    for wall in ("10:00", "10:20"):
        holds.append(uuid4())
        hold_slot(
            appointment_id=holds[-1],
            start=world.start(wall=wall),
            holder=holder,
            now=world.now,
            moving=visit,
        )
    guest = Holder(holder_hash="browser")
    for wall in ("10:40", "11:00"):
        holds.append(uuid4())
        start = world.start(wall=wall)
        hold_slot(appointment_id=holds[-1], start=start, holder=guest, now=world.now)
    assert [world.row(hold).state for hold in holds] == ["expired"] * 3 + ["held"]
    assert world.row(visit).state == "booked"


@pytest.mark.parametrize(("day", "has_ada"), [(NEXT_MONDAY, False), (date(2026, 3, 10), True)])
def test_SCH_3_in_the_evening_before_a_birthday_nobody_is_a_year_older(
    world: BookingWorld, day: date, has_ada: bool
) -> None:
    """Half past eight in New York is the next day of UTC: who turns 18 then is 17 yet."""
    with transaction() as session:
        session.add_all(block(world.ada, world.east, weekday, 20, 21) for weekday in (0, 1))
    start = world.start(day, "20:20")
    world.book(start, patient_id=world.child_id)
    with transaction() as session:
        session.get_one(Patient, world.patient_id).birth_on = date(2008, 3, 10)
        session.get_one(ProviderProfile, world.ada).min_age_months = 18 * 12
    with pytest.raises(SlotTaken) as taken:
        world.hold(replace(start, starts_at=start.starts_at.astimezone(UTC)))
    assert (world.ada in {slot.provider_id for slot in taken.value.alternatives}) == has_ada


def test_SCH_7_a_visit_missed_in_the_evening_counts_for_twelve_months_of_our_days(
    world: BookingWorld,
) -> None:
    with transaction() as session:
        session.add(block(world.ada, world.east, 0, 20, 21))
    visit = world.book(world.start(NEXT_MONDAY, "20:20"))
    with transaction() as session:
        session.get_one(Appointment, visit).state = "no_show"
    with read_only() as session:
        counted = [
            bool(missed_visits(session, [world.patient_id], on=date(2027, 3, day)))
            for day in (9, 10)
        ]
    assert counted == [True, False]
