"""Holding, booking, moving, canceling and marking: what each leaves behind, and what it refuses (SCH-1, SCH-4..7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.transitions import AppointmentStep
from portal.db import read_only, transaction
from portal.models.appointments import Appointment, AppointmentEvent, AppointmentResource
from portal.models.calendar import BookingPolicy
from portal.models.work import WorkItem
from portal.queries.appointment_row import appointment_facts
from portal.queries.missed_visits import MissedVisits, missed_visits
from portal.services.appointment_actor import (
    Actor,
    CannotBook,
    CannotChangeVisit,
    HoldEnded,
    PersonBusy,
    SlotTaken,
    TooLateToCancel,
)
from portal.services.book_appointment import Booking, book_appointment
from portal.services.cancel_appointment import cancel_appointment
from portal.services.confirm_appointment import confirm_appointment
from portal.services.hold_slot import Holder, Overbook, hold_slot
from portal.services.mark_appointment import mark_appointment
from portal.services.move_appointment import move_appointment
from portal.services.refusal import NotFound
from portal.services.release_hold import release_hold
from tests.booking_world import NEXT_MONDAY, TUESDAY, BookingWorld, open_booking

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


def events(appointment_id: UUID) -> list[str]:
    with read_only() as session:
        return list(
            session.scalars(
                select(AppointmentEvent.kind)
                .where(AppointmentEvent.appointment_id == appointment_id)
                .order_by(AppointmentEvent.id)
            )
        )


def rooms(appointment_id: UUID) -> set[int]:
    with read_only() as session:
        return set(
            session.scalars(
                select(AppointmentResource.resource_id).where(
                    AppointmentResource.appointment_id == appointment_id
                )
            )
        )


def cancel(world: BookingWorld, visit: UUID, now: datetime, *, via: str = "portal") -> None:
    cancel_appointment(
        appointment_id=visit, side="patient", reason="work", actor=world.actor(via), now=now
    )


def test_SCH_1_held_five_minutes_then_booked_and_told_by_its_events(world: BookingWorld) -> None:
    start, visit = world.start(), uuid4()
    holder = Holder(patient_id=world.patient_id, login_id=world.login_id)
    held = hold_slot(appointment_id=visit, start=start, holder=holder, now=world.now)
    assert held.held_until == world.now + 5 * MINUTE
    again = hold_slot(appointment_id=visit, start=start, holder=holder, now=world.now + MINUTE)
    assert again == held
    with pytest.raises(NotFound):  # the number of somebody else's page
        hold_slot(
            appointment_id=visit,
            start=start,
            holder=Holder(patient_id=world.child_id),
            now=world.now,
        )
    with pytest.raises(SlotTaken) as taken:
        world.hold(start, patient_id=world.child_id)
    [before, after, later] = taken.value.alternatives
    assert {slot.provider_id for slot in (before, after, later)} <= {world.ada, world.ben}
    assert start.starts_at not in {
        slot.starts_at for slot in taken.value.alternatives if slot.provider_id == world.ada
    }
    booking = Booking(
        patient_id=world.patient_id, coverage_intent="insurance", reason="checkup", note=" By bus "
    )
    for _ in range(2):
        book_appointment(
            appointment_id=visit, booking=booking, actor=world.actor(), now=world.now + MINUTE
        )
    row = world.row(visit)
    assert (row.state, row.held_until, row.note) == ("booked", None, "By bus")
    assert (row.coverage_intent, row.coverage_intent_at) == ("insurance", world.now + MINUTE)
    assert (row.booked_by_id, row.booked_via) == (world.login_id, "portal")
    assert events(visit) == ["held", "booked"]
    with read_only() as session:
        [facts] = appointment_facts(session, Appointment.id == visit)
    assert (facts.person_name, facts.provider_name) == ("Testa Sample", "Dr. Ada Sample")
    assert facts.local_start.isoformat() == "2026-03-09T09:00:00-04:00"
    assert facts.location_lines == ("1 Sample Street", "Sampleton, NY 10001")


def test_NSA_1_nothing_is_booked_without_saying_how_it_is_covered(world: BookingWorld) -> None:
    visit = world.hold(world.start())
    for wrong in (
        Booking(patient_id=world.patient_id, coverage_intent=""),
        Booking(patient_id=world.patient_id, coverage_intent="card"),
        Booking(coverage_intent="self_pay"),
        Booking(patient_id=world.patient_id, coverage_intent="self_pay", reason="a rash"),
    ):
        with pytest.raises(CannotBook):
            book_appointment(
                appointment_id=visit, booking=wrong, actor=world.actor(), now=world.now
            )
    for foreign, actor in (
        (Booking(patient_id=world.child_id, coverage_intent="self_pay"), world.actor()),
        (
            Booking(patient_id=world.patient_id, coverage_intent="insurance", coverage_id=77),
            world.actor(),
        ),
        (
            Booking(patient_id=world.patient_id, coverage_intent="self_pay"),
            Actor(world.login_id, "portal", proxy_grant_id=77),
        ),
    ):
        with pytest.raises(NotFound):
            book_appointment(appointment_id=visit, booking=foreign, actor=actor, now=world.now)
    assert world.row(visit).state == "held"


def test_SCH_1_a_hold_that_is_over_is_anybodys_and_else_still_ones_own(world: BookingWorld) -> None:
    start, late = world.start(), world.now + 6 * MINUTE
    mine, other = world.hold(start), world.hold(world.start(wall="9:20"), patient_id=world.child_id)
    won = world.hold(start, patient_id=world.child_id, now=late)
    assert events(mine) == ["held", "expired"]
    booking = Booking(patient_id=world.patient_id, coverage_intent="self_pay")
    with pytest.raises(HoldEnded) as over:
        book_appointment(appointment_id=mine, booking=booking, actor=world.actor(), now=late)
    assert len(over.value.alternatives) == 3
    assert events(other) == ["held", "expired"], "choosing another time lets go of the first"
    for_child = Booking(patient_id=world.child_id, coverage_intent="self_pay")
    book_appointment(
        appointment_id=won, booking=for_child, actor=world.actor(), now=late + 9 * MINUTE
    )
    assert world.row(won).state == "booked", "late, and nobody was quicker"
    with pytest.raises(HoldEnded):
        hold_slot(
            appointment_id=mine,
            start=start,
            holder=Holder(patient_id=world.patient_id, login_id=world.login_id),
            now=late,
        )


def test_SCH_1_one_person_is_at_one_place_at_a_time(world: BookingWorld) -> None:
    world.book(world.start())
    there = world.start(provider_id=world.ben)
    with pytest.raises(PersonBusy):
        world.hold(there)
    assert world.hold(there, patient_id=world.child_id)


def test_SCH_1_rooms_and_machines_are_taken_and_given_back(world: BookingWorld) -> None:
    start = world.start(visit_type_id=world.ecg, provider_id=world.ben)
    first = world.book(start)
    assert rooms(first) == {world.rooms[0], world.machine}
    move_appointment(
        appointment_id=first,
        start=world.start(wall="10:20", visit_type_id=world.ecg, provider_id=world.ben),
        actor=world.actor("staff"),
        now=world.now,
    )
    assert rooms(first) == {world.rooms[0], world.machine}
    second = world.book(start, patient_id=world.child_id)
    cancel(world, first, world.now)
    assert (rooms(first), rooms(second)) == (set(), {world.rooms[0], world.machine})


def test_SCH_5_moved_and_canceled_by_oneself_until_a_day_before(world: BookingWorld) -> None:
    start = world.start()
    visit, before = world.book(start), start.starts_at - timedelta(hours=24)
    confirm_appointment(appointment_id=visit, actor=world.actor("text"), now=world.now)
    assert world.row(visit).confirmed_via == "text"
    to = world.start(wall="9:20")
    hold = uuid4()
    hold_slot(
        appointment_id=hold,
        start=to,
        holder=Holder(patient_id=world.patient_id),
        now=before - MINUTE,
        moving=visit,
    )
    with pytest.raises(TooLateToCancel):
        move_appointment(
            appointment_id=visit, hold_id=hold, actor=world.actor(), now=before + MINUTE
        )
    for _ in range(2):
        move_appointment(
            appointment_id=visit, hold_id=hold, actor=world.actor(), now=before - MINUTE
        )
    row = world.row(visit)
    assert (row.starts_at, row.confirmed_at, row.calendar_sequence) == (to.starts_at, None, 1)
    assert events(visit) == ["held", "booked", "confirmed", "moved"]
    assert world.row(hold).state == "expired"
    late = to.starts_at - timedelta(hours=24) + MINUTE
    with pytest.raises(TooLateToCancel):
        cancel(world, visit, late)
    cancel(world, visit, late, via="staff")
    assert world.row(visit).late_cancel
    with read_only() as session:
        counted = missed_visits(session, [world.patient_id, world.child_id], on=late.date())
    assert counted == {world.patient_id: MissedVisits(0, 1)}
    cancel(world, visit, late)
    in_time = world.book(world.start(), now=before - MINUTE)
    cancel(world, in_time, before)
    assert not world.row(in_time).late_cancel
    with pytest.raises(CannotChangeVisit):
        confirm_appointment(appointment_id=in_time, actor=world.actor(), now=late)


def test_SCH_5_what_the_practice_cancels_never_counts(world: BookingWorld) -> None:
    start = world.start()
    visit = world.book(start)
    cancel_appointment(
        appointment_id=visit,
        side="practice",
        reason="provider_away",
        actor=world.actor("staff"),
        now=start.starts_at - MINUTE,
    )
    row = world.row(visit)
    assert (row.late_cancel, row.canceled_side) == (False, "practice")


def test_SCH_2_overbooked_only_with_a_reason_and_it_takes_up_a_place(world: BookingWorld) -> None:
    start = world.start()
    first, second = world.book(start), uuid4()
    holder = Holder(patient_id=world.child_id)

    def hold(reason: str) -> None:
        hold_slot(
            appointment_id=second,
            start=start,
            holder=holder,
            now=world.now,
            for_staff=True,
            overbook=Overbook(reason, world.login_id),
        )

    with pytest.raises(CannotBook):
        hold(" ")
    hold("Fever")
    row = world.row(second)
    assert (row.lane, row.overbook_reason, row.overbooked_by_id) == (1, "Fever", world.login_id)
    cancel(world, first, world.now)
    with pytest.raises(SlotTaken):
        world.hold(start)
    release_hold(appointment_id=second, now=world.now)
    assert world.hold(start)


def test_SCH_7_marks_of_the_day_and_their_undoing(world: BookingWorld) -> None:
    visit = world.book(world.start(visit_type_id=world.ecg, provider_id=world.ben))
    at = world.start().starts_at

    def mark(step: AppointmentStep) -> Appointment:
        mark_appointment(appointment_id=visit, step=step, actor=world.actor("staff"), now=at)
        return world.row(visit)

    step = AppointmentStep
    assert mark(step.ARRIVE).arrived_at == at
    assert mark(step.ROOM).roomed_at == at
    done = mark(step.FINISH)
    assert (done.state, done.done_at, rooms(visit)) == ("done", at, set())
    back = mark(step.UNDO)
    assert (back.state, back.done_at, len(rooms(visit))) == ("in_room", None, 2)
    assert mark(step.UNDO).roomed_at is None
    assert mark(step.UNDO).arrived_at is None
    assert mark(step.MISS).state == "no_show"
    assert mark(step.MISS).state == "no_show"
    with pytest.raises(CannotChangeVisit):
        mark(step.FINISH)
    assert mark(step.UNDO).state == "booked"
    assert events(visit)[2:5] == ["arrived", "in_room", "done"]
    assert events(visit).count("no_show") == 1


def test_SCH_7_what_was_missed_cannot_come_back_to_a_time_that_is_sold(world: BookingWorld) -> None:
    start = world.start()
    visit, early = world.book(start), start.starts_at - timedelta(days=1)
    mark_appointment(
        appointment_id=visit, step=AppointmentStep.MISS, actor=world.actor("staff"), now=early
    )
    world.book(start, patient_id=world.child_id)
    with pytest.raises(CannotChangeVisit):
        mark_appointment(
            appointment_id=visit, step=AppointmentStep.UNDO, actor=world.actor("staff"), now=early
        )
    assert world.row(visit).state == "no_show"


def test_SCH_7_three_missed_in_a_year_make_a_call_and_never_block(world: BookingWorld) -> None:
    for wall in ("9:00", "9:20", "9:40"):
        visit = world.book(world.start(TUESDAY, wall))
        mark_appointment(
            appointment_id=visit,
            step=AppointmentStep.MISS,
            actor=world.actor("staff"),
            now=world.now + timedelta(days=2),
        )
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "missed_visits"))
    assert item.guarantor_account_id == world.account_id
    assert world.book(world.start())


def test_the_practice_decides_whether_patients_book_themselves(world: BookingWorld) -> None:
    with transaction() as session:
        session.add(BookingPolicy(self_booking="view", made_at=world.now))
    with pytest.raises(CannotBook):
        world.hold(world.start())
    hold_slot(
        appointment_id=uuid4(),
        start=world.start(NEXT_MONDAY, "9:10"),
        holder=Holder(patient_id=world.patient_id),
        now=world.now,
        for_staff=True,
    )
