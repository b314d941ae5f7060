"""Estimates that people ask for without a record: on the portal, by phone, and what linking and tying bring (NSA-2)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.estimates import GoodFaithEstimate
from portal.models.profiles import Profile
from portal.queries.viewer import StaffViewer
from portal.services.ask_estimate import CannotAsk, ask_estimate
from portal.services.carry_appointments import carry_newcomer
from portal.services.issue_estimate import CannotEstimate
from portal.services.note_asked_estimate import Asked, drop_asked, note_asked_estimate, tie_asker
from portal.services.refusal import NotFound
from tests.booking_world import BookingWorld, open_booking
from tests.services.estimate_world import give, work
from tests.services.staff_world import add_staff

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 2, 27)
PHONE = "+12125550142"


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


@pytest.fixture
def clerk(world: BookingWorld) -> StaffViewer:
    return add_staff("biller")


def row(estimate_id: int) -> GoodFaithEstimate:
    with read_only() as session:
        return session.get_one(GoodFaithEstimate, estimate_id)


def newcomer_asks(world: BookingWorld) -> int:
    return ask_estimate(
        newcomer_id=world.newcomer_id, about="Knee", login_id=world.newcomer_id, now=world.now
    )


def link(world: BookingWorld, *, same_person: bool = True) -> None:
    """The sign-in is linked to the account of Testa Sample, as whom it may have signed up."""
    with transaction() as session:
        patient = session.get_one(Patient, world.patient_id)
        profile = session.get(Profile, world.newcomer_id)
        if profile is None:
            profile = Profile(login_id=world.newcomer_id, created_at=world.now)
            session.add(profile)
        profile.first_name = patient.first_name if same_person else "Probe"
        profile.last_name, profile.birth_on = patient.last_name, patient.birth_on
        session.flush()
        carry_newcomer(
            session, login_id=world.newcomer_id, account_id=world.account_id, now=world.now
        )


def test_NSA_2_a_newcomer_asks_and_has_it_once_they_are_linked(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = newcomer_asks(world)
    assert newcomer_asks(world) == estimate_id
    owed = row(estimate_id)
    assert (owed.newcomer_id, owed.due_on) == (world.newcomer_id, date(2026, 3, 5))
    with pytest.raises(CannotEstimate, match="no record"):
        give(world, estimate_id, clerk, 100_00, world.now)
    link(world)
    owed, item = row(estimate_id), work(f"estimate:{estimate_id}")
    assert item is not None
    assert (owed.patient_id, owed.newcomer_id) == (world.patient_id, None)
    assert item.guarantor_account_id == world.account_id
    assert give(world, estimate_id, clerk, 100_00, world.now)


def test_NSA_2_a_newcomer_who_is_not_plainly_one_of_the_records_is_tied_by_staff(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = newcomer_asks(world)
    link(world, same_person=False)
    assert row(estimate_id).newcomer_id == world.newcomer_id
    tie_asker(staff=clerk, estimate_id=estimate_id, patient_id=world.patient_id, now=world.now)
    assert give(world, estimate_id, clerk, 100_00, world.now)


@pytest.mark.parametrize(
    ("asked_on", "due"), [(MONDAY, date(2026, 3, 5)), (FRIDAY, date(2026, 3, 4))]
)
def test_NSA_2_asked_by_phone_the_business_days_count_from_the_day_of_the_call(
    world: BookingWorld, clerk: StaffViewer, asked_on: date, due: date
) -> None:
    asked = Asked(about="Knee", asked_on=asked_on, via="phone", patient_id=world.patient_id)
    estimate_id = note_asked_estimate(staff=clerk, asked=asked, now=world.now)
    item = work(f"estimate:{estimate_id}")
    assert item is not None
    assert (row(estimate_id).due_on, item.due_on) == (due, due)
    assert item.guarantor_account_id == world.account_id


def test_NSA_2_a_caller_without_a_record_is_written_down_and_tied_to_one_later(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    asked = Asked(about="Knee", asked_on=MONDAY, via="phone", asker="Sampla Sample", phone=PHONE)
    estimate_id = note_asked_estimate(staff=clerk, asked=asked, now=world.now)
    assert (row(estimate_id).asker, row(estimate_id).patient_id) == ("Sampla Sample", None)
    with pytest.raises(NotFound):
        tie_asker(staff=clerk, estimate_id=estimate_id, patient_id=999_999, now=world.now)
    tie_asker(staff=clerk, estimate_id=estimate_id, patient_id=world.patient_id, now=world.now)
    with pytest.raises(CannotAsk, match="record"):
        tie_asker(staff=clerk, estimate_id=estimate_id, patient_id=world.child_id, now=world.now)
    assert give(world, estimate_id, clerk, 100_00, world.now)


def test_NSA_2_nothing_is_written_down_without_a_name_a_number_and_a_true_day(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    for wrong in (
        Asked(about="Knee", asked_on=MONDAY, via="phone"),
        Asked(about="Knee", asked_on=MONDAY, via="phone", asker="Sampla Sample"),
        Asked(about="", asked_on=MONDAY, via="phone", patient_id=world.patient_id),
        Asked(about="Knee", asked_on=date(2026, 3, 3), via="phone", patient_id=world.patient_id),
        Asked(about="Knee", asked_on=date(2025, 3, 3), via="phone", patient_id=world.patient_id),
        Asked(about="Knee", asked_on=MONDAY, via="dream", patient_id=world.patient_id),
    ):
        with pytest.raises(CannotAsk):
            note_asked_estimate(staff=clerk, asked=wrong, now=world.now)
    with pytest.raises(IntegrityError, match="whose"), transaction() as session:
        session.add(
            GoodFaithEstimate(why="asked", asked_on=MONDAY, due_on=MONDAY, created_at=world.now)
        )


def test_NSA_2_whoever_wants_none_any_more_closes_the_work_with_a_reason(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    asked = Asked(about="Knee", asked_on=MONDAY, via="desk", asker="Sampla Sample", phone=PHONE)
    estimate_id = note_asked_estimate(staff=clerk, asked=asked, now=world.now)
    with pytest.raises(CannotAsk, match="why"):
        drop_asked(staff=clerk, estimate_id=estimate_id, reason=" ", now=world.now)
    drop_asked(staff=clerk, estimate_id=estimate_id, reason="Called twice.", now=world.now)
    item = work(f"estimate:{estimate_id}")
    assert item is not None
    assert (row(estimate_id).state, item.closed_at) == ("dropped", world.now)
