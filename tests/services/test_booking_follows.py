"""What becomes of booked visits by themselves: the clock, a link, a merge, a bill (SCH-1, SCH-7, ID-5)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from billing.transitions import AppointmentStep
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.accounts import Coverage, Payer
from portal.models.claims import Visit
from portal.models.profiles import Profile
from portal.models.waitlist import WaitlistEntry
from portal.models.work import WorkItem
from portal.queries.free_times import Wish, free_times, nearest
from portal.queue import RECURRING
from portal.services.appointment_time import TimeGone
from portal.services.bill_appointments import bill_appointments
from portal.services.book_appointment import Booking, book_appointment
from portal.services.cancel_appointment import cancel_appointment
from portal.services.carry_appointments import carry_merged, carry_parted
from portal.services.grant_access import grant_access
from portal.services.hold_slot import Holder, hold_slot
from portal.services.mark_appointment import mark_appointment
from portal.services.mark_missed import mark_missed
from portal.services.tend_holds import tend_holds
from tests.booking_world import (
    FALL,
    MONDAY,
    NEXT_MONDAY,
    SPRING,
    TUESDAY,
    BookingWorld,
    open_booking,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(database_url: str, now) -> BookingWorld:
    return open_booking(now)


def book_newcomer(world: BookingWorld, wall: str) -> UUID:
    visit = uuid4()
    hold_slot(
        appointment_id=visit,
        start=world.start(wall=wall),
        holder=Holder(newcomer_id=world.newcomer_id, login_id=world.newcomer_id),
        now=world.now,
    )
    book_appointment(
        appointment_id=visit,
        booking=Booking(newcomer_id=world.newcomer_id, coverage_intent="insurance"),
        actor=world.actor(),
        now=world.now,
    )
    return visit


def test_SCH_1_a_job_clears_holds_that_are_over(world: BookingWorld) -> None:
    schedule.register()
    assert {"tend_holds", "mark_missed"} <= set(RECURRING)
    over = world.hold(world.start())
    living = world.hold(
        world.start(wall="9:20"), patient_id=world.child_id, now=world.now + 3 * MINUTE
    )
    assert tend_holds(now=world.now + 5 * MINUTE) == 1
    assert tend_holds(now=world.now + 5 * MINUTE) == 0
    assert (world.row(over).state, world.row(living).state) == ("expired", "held")


def test_SCH_7_missed_a_quarter_of_an_hour_after_the_start_and_counted_for_a_year(
    world: BookingWorld,
) -> None:
    walls = ("9:00", "9:20", "9:40", "10:00")
    visits = [world.book(world.start(TUESDAY, wall)) for wall in walls]
    mark_appointment(
        appointment_id=visits[3],
        step=AppointmentStep.ARRIVE,
        actor=world.actor("staff"),
        now=world.now,
    )
    first = world.row(visits[0]).starts_at
    assert mark_missed(now=first + 14 * MINUTE) == 0
    assert mark_missed(now=first + 15 * MINUTE) == 1
    assert mark_missed(now=first + timedelta(hours=2)) == 2
    assert mark_missed(now=first + timedelta(hours=2)) == 0
    assert [world.row(visit).state for visit in visits] == ["no_show"] * 3 + ["arrived"]
    assert len(calls(world)) == 1, "only the third"
    a_year_on = world.now + timedelta(days=370)
    later = world.book(world.start((a_year_on + timedelta(days=1)).date()), now=a_year_on)
    assert mark_missed(now=a_year_on + timedelta(days=2)) == 1
    assert world.row(later).state == "no_show"
    assert len(calls(world)) == 1, "those of last year do not count any more"


def calls(world: BookingWorld) -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).where(WorkItem.kind == "missed_visits")))


def test_what_a_newcomer_booked_follows_them_to_their_record(world: BookingWorld) -> None:
    free, clash = book_newcomer(world, "9:00"), book_newcomer(world, "9:40")
    cancel_appointment(
        appointment_id=world.book(world.start(wall="10:20")),
        side="patient",
        reason="work",
        actor=world.actor(),
        now=world.now,
    )
    world.book(world.start(wall="9:40", provider_id=world.ben))
    with transaction() as session:
        session.add(
            Profile(
                login_id=world.newcomer_id,
                first_name="Testa",
                last_name="Sample",
                birth_on=date(1980, 5, 4),
                created_at=world.now,
            )
        )
        session.add(waits(world, newcomer_id=world.newcomer_id))
        grant_access(
            session,
            login_id=world.newcomer_id,
            account_id=world.account_id,
            granted_by="enrolment_code:1",
            now=world.now,
        )
    linked, left = world.row(free), world.row(clash)
    assert (linked.patient_id, linked.newcomer_id) == (world.patient_id, None)
    assert (left.patient_id, left.newcomer_id) == (None, world.newcomer_id), "a person decides"
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "newcomer_visit"))
        [entry] = session.scalars(select(WaitlistEntry))
    assert item.dedupe_key == f"newcomer_visit:{clash}"
    assert entry.patient_id == world.patient_id


def waits(world: BookingWorld, **whose: int) -> WaitlistEntry:
    return WaitlistEntry(
        id=uuid4(),
        visit_type_id=world.visit,
        first_day=MONDAY,
        last_day=NEXT_MONDAY,
        state_at=world.now,
        asked_at=world.now,
        **whose,
    )


def test_ID_5_visits_go_along_with_a_merge_and_come_back(world: BookingWorld) -> None:
    with transaction() as session:
        payer = Payer(identifier="sample", name="Sample Health")
        session.add(payer)
        session.flush()
        plans = [
            Coverage(patient_id=who, payer_id=payer.id, member_id="M1", sequence="P")
            for who in (world.child_id, world.patient_id)
        ]
        session.add_all([*plans, waits(world, patient_id=world.child_id)])
        session.flush()
        same = [(plans[0].id, plans[1].id)]
    visit = world.book(
        patient_id=world.child_id, coverage_intent="insurance", coverage_id=same[0][0]
    )
    with transaction() as session:
        moved = carry_merged(
            session, gone_id=world.child_id, kept_id=world.patient_id, same_coverages=same
        )
    row = world.row(visit)
    assert (row.patient_id, row.coverage_id) == (world.patient_id, same[0][1])
    with transaction() as session:
        carry_parted(session, moved, gone_id=world.child_id, same_coverages=same)
    row = world.row(visit)
    assert (row.patient_id, row.coverage_id) == (world.child_id, same[0][0])
    world.book(world.start(provider_id=world.ben))
    with pytest.raises(TimeGone), transaction() as session:
        carry_merged(session, gone_id=world.child_id, kept_id=world.patient_id, same_coverages=[])


def test_a_bill_finds_the_one_visit_of_its_day(world: BookingWorld) -> None:
    alone = world.book(world.start(TUESDAY))
    twice = [world.book(world.start(NEXT_MONDAY, wall)) for wall in ("9:00", "10:00")]
    for_child = world.book(world.start(TUESDAY, "9:20"), patient_id=world.child_id)

    def bill(patient_id: int, on: date, number: str) -> int:
        with transaction() as session:
            visit = Visit(
                patient_id=patient_id,
                guarantor_account_id=world.account_id,
                control_number=number,
                service_on=on,
            )
            session.add(visit)
            bill_appointments(session, [visit], on=visit.service_on)
            return visit.id

    first = bill(world.patient_id, TUESDAY, "V1")
    bill(world.patient_id, NEXT_MONDAY, "V2")
    bill(world.patient_id, MONDAY, "V3")
    assert world.row(alone).visit_id == first
    assert [world.row(visit).visit_id for visit in twice] == [None, None]
    assert world.row(for_child).visit_id is None
    bill(world.patient_id, TUESDAY, "V4")
    assert world.row(alone).visit_id == first


def test_of_two_bills_of_one_day_none_is_guessed(world: BookingWorld) -> None:
    alone = world.book(world.start(TUESDAY))
    with transaction() as session:
        bills = [
            Visit(
                patient_id=world.patient_id,
                guarantor_account_id=world.account_id,
                control_number=number,
                service_on=TUESDAY,
            )
            for number in ("V1", "V2")
        ]
        session.add_all(bills)
        bill_appointments(session, bills, on=TUESDAY)
    assert world.row(alone).visit_id is None


def test_ninety_days_in_six_questions_and_the_nearest_are_near(world: BookingWorld) -> None:
    world.book()
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    wish = Wish(visit_type_id=world.ecg, first_day=MONDAY, last_day=MONDAY + timedelta(days=90))
    with read_only() as session:
        event.listen(Engine, "before_cursor_execute", note)
        found = free_times(session, wish, now=world.now)
        event.remove(Engine, "before_cursor_execute", note)
        assert len(asked) <= 6
        assert {slot.provider_id for slot in found} == {world.ben}, "only who can do it"
        assert [slot.starts_at for slot in found] == sorted(slot.starts_at for slot in found)
        for limit in (1, 9, 40):
            assert free_times(session, wish, now=world.now, limit=limit) == found[:limit]
        any_of = Wish(visit_type_id=world.visit, first_day=MONDAY, last_day=MONDAY)
        # 10:00 in New York, two hours ahead: noon there is over, and Cy is only looked at.
        patients = free_times(session, any_of, now=world.now)
        assert {slot.provider_id for slot in patients} == {world.ada}
        assert patients[0].starts_at == world.at(MONDAY, "13:00")
        seen = free_times(session, any_of, now=world.now - timedelta(hours=3), with_view_only=True)
        assert world.cy in {slot.provider_id for slot in seen}
        staff = free_times(session, any_of, now=world.now, for_staff=True)
        assert staff[0].starts_at == world.at(MONDAY, "9:00")
        around = world.at(NEXT_MONDAY, "9:00")
        wanted = next(slot for slot in staff if slot.provider_id == world.ada)
        near = nearest(session, wanted, around=around, now=world.now)
        assert {slot.provider_id for slot in near} == {world.ada}
        assert [slot.starts_at for slot in near] == [
            world.at(NEXT_MONDAY, wall) for wall in ("9:20", "9:40", "10:00")
        ]
        for sunday in (SPRING, FALL):
            after = sunday + timedelta(days=1)
            day = Wish(visit_type_id=world.visit, first_day=after, last_day=after)
            opens = free_times(session, day, now=world.now, for_staff=True)[0]
            assert opens.starts_at == world.at(after, "9:00"), "by the wall, clocks changed or not"
