"""Which estimate a bill is compared with: asked for without a visit, owed and never given, of two bills of one day (NSA-2, NSA-6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.alone import AloneDecision
from portal.models.audit import AuditEvent
from portal.models.estimates import EstimateTie
from portal.models.identity import Login
from portal.models.work import WorkItem
from portal.queries.own_estimates import estimate_beside
from portal.queries.viewer import StaffViewer
from portal.services.ask_estimate import ask_estimate
from portal.services.cancel_appointment import cancel_appointment
from portal.services.end_estimate_check import (
    CannotRelease,
    correct_check,
    release_check,
    review_check,
)
from portal.services.issue_estimate import LineAsked, issue_estimate
from portal.services.resolve_work_item import Outcome, resolve_work_item
from portal.services.tie_estimate import CannotTie, tie_estimate, tie_none, untie_estimate
from tests.booking_world import BookingWorld, open_booking
from tests.services.estimate_world import URL, bill, bills, check_of, estimates, give, work
from tests.services.staff_world import add_staff

SOON, DAY, LATER = date(2026, 3, 4), date(2026, 3, 13), date(2026, 3, 16)


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


@pytest.fixture
def clerk(world: BookingWorld) -> StaffViewer:
    return add_staff("biller")


def asked(world: BookingWorld, clerk: StaffViewer, code: str = "99213", cents: int = 100_00) -> int:
    """Asked for without a visit, and given today."""
    estimate_id = ask_estimate(
        patient_id=world.patient_id, about=f"Care {code}", login_id=world.login_id, now=world.now
    )
    line = LineAsked(provider_id=world.ada, procedure=code, words="Visit", amount=Money(cents))
    issue_estimate(
        staff=clerk, estimate_id=estimate_id, lines=[line], public_url=URL, now=world.now
    )
    return estimate_id


def ties(estimate_id: int) -> list[EstimateTie]:
    with read_only() as session:
        return list(
            session.scalars(
                select(EstimateTie)
                .where(EstimateTie.estimate_id == estimate_id)
                .order_by(EstimateTie.id)
            )
        )


def acts(estimate_id: int) -> list[tuple[str, int | None, list[int]]]:
    """What the trail says was done with it since it was given: by whom, nobody being ourselves, and of whom (HIPAA-3)."""
    with read_only() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.login_id, AuditEvent.patient_ids)
            .where(AuditEvent.object_type == "estimate", AuditEvent.object_id == str(estimate_id))
            .where(AuditEvent.action.in_(("tie", "untie")))
            .order_by(AuditEvent.id)
        )
        return [tuple(row) for row in rows]


def holds(visit_id: int) -> set[str]:
    """The kinds of open work that hold the bill."""
    with read_only() as session:
        return set(
            session.scalars(
                select(WorkItem.kind).where(
                    WorkItem.visit_id == visit_id,
                    WorkItem.holds_bill,
                    WorkItem.closed_at.is_(None),
                )
            )
        )


@pytest.mark.parametrize(("over", "held"), [(399_99, set()), (400_00, {"estimate_over"})])
def test_NSA_6_what_was_asked_for_without_a_visit_is_tied_by_its_services_and_compared(
    world: BookingWorld, clerk: StaffViewer, over: int, held: set[str]
) -> None:
    estimate_id = asked(world, clerk)
    other = asked(world, clerk, code="93000")
    visit = bill(world, SOON, 100_00 + over)
    [tie] = ties(estimate_id)
    assert (tie.visit_id, tie.tied_by_id) == (visit.id, None)
    assert acts(estimate_id) == [("tie", None, [world.patient_id])]
    assert (ties(other), acts(other)) == ([], [])
    assert holds(visit.id) == held


def test_NSA_6_one_estimate_is_of_one_bill_and_speaks_for_a_year(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = asked(world, clerk)
    late = bill(world, date(2027, 3, 3), 900_00, number="S-9")
    assert (ties(estimate_id), holds(late.id)) == ([], set())
    last = bill(world, date(2027, 3, 2), 600_00, number="S-8")
    assert holds(last.id) == {"estimate_over"}
    next_one = bill(world, SOON, 900_00)
    assert holds(next_one.id) == set()
    before = bill(world, date(2026, 3, 1), 900_00, number="S-0")
    assert holds(before.id) == set()


def test_NSA_6_what_nobody_can_tell_waits_for_a_person_who_ties_it_or_says_none(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    first, second = asked(world, clerk), asked(world, clerk, cents=700_00)
    visit = bill(world, SOON, 500_00)  # both name the service; above the first alone
    assert holds(visit.id) == {"estimate_unclear"}
    tie_estimate(staff=clerk, estimate_id=second, visit_id=visit.id, now=world.now)
    assert holds(visit.id) == set()
    with pytest.raises(CannotTie, match="already"):
        tie_estimate(staff=clerk, estimate_id=second, visit_id=visit.id, now=world.now)
    untie_estimate(staff=clerk, estimate_id=second, now=world.now)
    tie_estimate(staff=clerk, estimate_id=first, visit_id=visit.id, now=world.now)
    assert holds(visit.id) == {"estimate_over"}
    untie_estimate(staff=clerk, estimate_id=first, now=world.now)
    check = check_of(visit.id)
    assert check is not None
    correct_check(staff=clerk, check_id=check.id, now=world.now)
    assert holds(visit.id) == set()


def test_NSA_6_other_services_are_asked_about_only_where_they_would_hold_the_bill(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = asked(world, clerk, code="99214")
    assert holds(bill(world, SOON, 499_99).id) == set()
    visit = bill(world, date(2026, 3, 5), 500_00, number="S-2")
    assert holds(visit.id) == {"estimate_unclear"}
    tie_none(staff=clerk, visit_id=visit.id, now=world.now)
    assert (holds(visit.id), ties(estimate_id)) == (set(), [])


def test_NSA_6_a_booked_visit_takes_it_until_its_own_is_given_and_gives_it_back_when_canceled(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = asked(world, clerk)
    visit = world.book(world.start(DAY))
    tie_estimate(staff=clerk, estimate_id=estimate_id, appointment_id=visit, now=world.now)
    cancel_appointment(
        appointment_id=visit, side="patient", reason="work", actor=world.actor(), now=world.now
    )
    [tie] = ties(estimate_id)
    assert tie.ended_at == world.now
    whose = [world.patient_id]
    assert acts(estimate_id) == [("tie", clerk.login_id, whose), ("untie", None, whose)]
    second = world.book(world.start(DAY, "10:00"))
    tie_estimate(staff=clerk, estimate_id=estimate_id, appointment_id=second, now=world.now)
    [own] = estimates(second)
    give(world, own.id, clerk, 600_00, world.now)
    assert holds(bill(world, DAY, 650_00).id) == set()  # not 100 + 600, and not 100 alone
    above = bill(world, DAY, 350_00, number="S-2")  # 1,000 in all
    assert holds(above.id) == {"estimate_over"}


def test_NSA_6_another_persons_bill_and_a_visit_with_a_plan_are_never_tied(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = asked(world, clerk)
    insured = world.book(world.start(DAY), coverage_intent="insurance")
    theirs = world.book(world.start(DAY, "10:00"), patient_id=world.child_id)
    for one in (insured, theirs):
        with pytest.raises(CannotTie):
            tie_estimate(staff=clerk, estimate_id=estimate_id, appointment_id=one, now=world.now)


def test_NSA_2_a_bill_whose_estimate_was_owed_and_never_given_waits_for_a_person(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    near = world.book(world.start(SOON, "10:00"))  # so near that none was owed
    assert estimates(near) == []
    assert holds(bill(world, SOON, 900_00, number="S-0").id) == set()
    world.book(world.start(DAY))
    visit = bill(world, DAY, 90_00)
    assert holds(visit.id) == {"estimate_missing"}
    item = work(f"estimate_missing:{visit.id}")
    assert item is not None
    assert item.amount == Money(90_00)
    resolve_work_item(
        item_id=item.id,
        outcome=Outcome.RIGHT_AS_POSTED,
        note="Called, and agreed on the price.",
        staff=clerk,
        now=world.now,
    )
    assert holds(visit.id) == set()


def test_NSA_2_a_canceled_visit_and_one_with_its_estimate_hold_no_bill(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    gone = world.book(world.start(DAY))
    cancel_appointment(
        appointment_id=gone, side="patient", reason="work", actor=world.actor(), now=world.now
    )
    assert holds(bill(world, DAY, 90_00).id) == set()
    [row] = estimates(world.book(world.start(LATER)))
    give(world, row.id, clerk, 100_00, world.now)
    assert holds(bill(world, LATER, 90_00, number="S-2").id) == set()


def test_NSA_2_what_was_asked_for_before_may_stand_for_what_was_owed(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    asked(world, clerk, code="99214")
    world.book(world.start(DAY))
    visit = bill(world, DAY, 90_00)
    assert holds(visit.id) == {"estimate_unclear"}
    tie_none(staff=clerk, visit_id=visit.id, now=world.now)
    assert holds(visit.id) == {"estimate_missing"}


def test_NSA_6_each_of_two_bills_of_one_day_stands_beside_its_own_estimate(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    for wall, code, cents in (("9:00", "99213", 100_00), ("11:00", "93000", 50_00)):
        [row] = estimates(world.book(world.start(DAY, wall)))
        line = LineAsked(provider_id=world.ada, procedure=code, words="V", amount=Money(cents))
        issue_estimate(staff=clerk, estimate_id=row.id, lines=[line], public_url=URL, now=world.now)
    ecg, office = bills(world, DAY, {"S-1": ("93000", 60_00), "S-2": ("99213", 120_00)})
    beside = [estimate_beside(world.viewer, one.id) for one in (ecg, office)]
    assert [(one.total.cents, one.billed.cents, one.together) for one in beside if one] == [
        (50_00, 60_00, False),
        (100_00, 120_00, False),
    ]


def test_NSA_6_two_bills_of_one_estimate_stand_beside_it_together(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    [row] = estimates(world.book(world.start(DAY)))
    give(world, row.id, clerk, 100_00, world.now)
    pair = bills(world, DAY, {"S-1": ("99213", 300_00), "S-2": ("99213", 250_00)})
    for one in pair:
        beside = estimate_beside(world.viewer, one.id)
        assert beside is not None
        assert (beside.total, beside.billed, beside.together) == (
            Money(100_00),
            Money(550_00),
            True,
        )
        assert holds(one.id) == {"estimate_over"}


def test_NSA_6_the_bill_of_whoever_is_too_far_above_is_held_and_no_other(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    [row] = estimates(world.book(world.start(DAY)))
    give(world, row.id, clerk, 100_00, world.now)
    far, near = bills(
        world,
        DAY,
        {"S-1": ("99213", 500_00), "S-2": ("93000", 60_00)},
        providers={"S-2": world.ben},
    )
    assert (holds(far.id), holds(near.id)) == ({"estimate_over"}, set())


def test_OPS_13_NSA_6_one_person_lets_it_go_alone_where_there_is_no_second_and_it_is_logged(
    world: BookingWorld,
) -> None:
    manager = add_staff("manager")
    [row] = estimates(world.book(world.start(DAY)))
    give(world, row.id, manager, 100_00, world.now)
    visit = bill(world, DAY, 500_00)
    check = check_of(visit.id)
    assert check is not None
    review_check(staff=manager, check_id=check.id, finding="Longer.", now=world.now)
    others = [add_staff("biller"), add_staff("front_desk")]
    with pytest.raises(CannotRelease, match="Another person"):
        release_check(staff=manager, check_id=check.id, now=world.now)
    with transaction() as session:
        session.get_one(Login, others[0].login_id).active = False
    release_check(staff=manager, check_id=check.id, now=world.now + timedelta(hours=1))
    check = check_of(visit.id)
    assert check is not None
    with read_only() as session:
        [entry] = session.scalars(select(AloneDecision)).all()
    assert (check.outcome, check.alone_log_id) == ("released", entry.id)
    assert (entry.duty, entry.amount, entry.login_id) == (
        "estimate",
        Money(400_00),
        manager.login_id,
    )
