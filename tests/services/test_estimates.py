"""Good-faith estimates from booking to bill: owed, given, given anew, and what holds a bill far above one (NSA-2, 3, 4, 6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from billing.adjustments import AdjustmentKind
from billing.money import Money
from billing.notice_text import text_of
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge
from portal.models.confidential import ConfidentialRequest
from portal.models.estimates import GoodFaithEstimate
from portal.models.notices import Notice
from portal.models.reference import FeeRow
from portal.queries.own_estimates import estimate_beside, estimate_of_visit
from portal.queries.own_letters import own_letter
from portal.queries.reach import paper_lines
from portal.queries.statement_words import ABOVE_ESTIMATE
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import adjust_balance
from portal.services.ask_estimate import ask_estimate
from portal.services.cancel_appointment import cancel_appointment
from portal.services.end_estimate_check import (
    CannotRelease,
    correct_check,
    release_check,
    review_check,
)
from portal.services.issue_estimate import CannotEstimate, LineAsked, issue_estimate
from portal.services.move_appointment import move_appointment
from portal.services.resolve_work_item import Outcome, ResolutionRefused, resolve_work_item
from tests.booking_world import BookingWorld, open_booking
from tests.services.estimate_world import URL, bill, check_of, estimates, give, work
from tests.services.staff_world import add_staff
from tests.services.statement_world import cut, statements

NINE, TEN = date(2026, 3, 13), date(2026, 3, 16)  # business days after Monday, March 2


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


@pytest.fixture
def clerk(world: BookingWorld) -> StaffViewer:
    return add_staff("biller")


def test_NSA_2_a_booking_owes_an_estimate_and_the_work_is_due_that_day(
    world: BookingWorld,
) -> None:
    for day, due in ((NINE, date(2026, 3, 3)), (TEN, date(2026, 3, 5))):
        [row] = estimates(world.book(world.start(day)))
        assert (row.state, row.why, row.due_on) == ("due", "booked", due)
        item = work(f"estimate:{row.id}")
        assert item is not None
        assert (item.kind, item.due_on) == ("estimate_due", due)
        assert item.guarantor_account_id == world.account_id


def test_NSA_2_near_visits_and_visits_with_a_plan_owe_none(world: BookingWorld) -> None:
    assert estimates(world.book(world.start(date(2026, 3, 4)))) == []
    insured = world.book(world.start(NINE, "10:00"), coverage_intent="insurance")
    assert estimates(insured) == []
    assert len(estimates(world.book(world.start(NINE), coverage_intent="do_not_file"))) == 1


def test_NSA_2_who_asks_without_a_visit_has_it_within_three_business_days(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    asked = ask_estimate(
        patient_id=world.patient_id, about="Knee visit", login_id=world.login_id, now=world.now
    )
    again = ask_estimate(
        patient_id=world.patient_id, about="Knee visit", login_id=world.login_id, now=world.now
    )
    assert asked == again
    with read_only() as session:
        row = session.get_one(GoodFaithEstimate, asked)
    assert (row.why, row.due_on, row.service_on) == ("asked", date(2026, 3, 5), None)
    notice_id = give(world, asked, clerk, 120_00, world.now)
    with read_only() as session:
        assert session.get_one(Notice, notice_id).facts["service"] == "Knee visit"


def test_NSA_2_a_canceled_visit_owes_none_and_its_work_closes(world: BookingWorld) -> None:
    visit = world.book(world.start(NINE))
    cancel_appointment(
        appointment_id=visit, side="patient", reason="work", actor=world.actor(), now=world.now
    )
    [row] = estimates(visit)
    item = work(f"estimate:{row.id}")
    assert row.state == "dropped"
    assert item is not None
    assert item.closed_at is not None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("$400 or more above", "not a contract", "www.cms.gov/nosurprises", "tax ID")),
        ("es", ("$400 o más", "No es un contrato", "www.cms.gov/nosurprises", "número fiscal")),
    ],
)
def test_NSA_3_the_letter_says_all_that_the_law_asks(
    world: BookingWorld, clerk: StaffViewer, language: str, words: tuple[str, ...]
) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, world.account_id).language = language
    [row] = estimates(world.book(world.start(NINE)))
    notice_id = give(world, row.id, clerk, 180_00, world.now)
    letter = own_letter(world.viewer, notice_id)  # readable at once
    assert letter is not None
    said = text_of(letter.content)  # type: ignore[arg-type]  # the frozen words
    with read_only() as session:
        npi = session.execute(text("SELECT npi FROM providers WHERE id = :id"), {"id": world.ada})
        facts = (npi.scalar_one(), "Testa Sample", "1980", "99213", "$180.00", "00-0000000", "NY")
    for fact in (*facts, *words, "120", "$25", "1-800-985-3059", "711"):
        assert fact in said, fact


def test_NSA_3_a_line_without_an_amount_costs_what_our_fees_say(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    with transaction() as session:
        for day, cents in ((date(2026, 1, 1), 150_00), (date(2026, 4, 1), 999_00)):
            session.add(FeeRow(procedure="99214", modifiers="", from_on=day, amount=Money(cents)))
    [row] = estimates(world.book(world.start(NINE)))
    line = LineAsked(provider_id=world.ada, procedure="99214", words="Long visit")
    unknown = LineAsked(provider_id=world.ada, procedure="99999", words="Long visit")
    with pytest.raises(CannotEstimate, match="no price"):
        issue_estimate(
            staff=clerk, estimate_id=row.id, lines=[unknown], public_url=URL, now=world.now
        )
    issue_estimate(staff=clerk, estimate_id=row.id, lines=[line], public_url=URL, now=world.now)
    [given] = estimates(given_of := row.appointment_id)  # type: ignore[arg-type]  # of a visit
    assert given.total == Money(150_00)
    assert given.keep_until == date(2032, 3, 2)
    with pytest.raises(CannotEstimate, match="meanwhile"):
        give(world, row.id, clerk, 100_00, world.now)
    assert given_of is not None


def test_NSA_4_a_moved_visit_is_estimated_anew_and_the_old_one_never_changes(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    visit = world.book(world.start(NINE))
    [first] = estimates(visit)
    give(world, first.id, clerk, 100_00, world.now)
    hold = world.hold(world.start(TEN))
    move_appointment(appointment_id=visit, hold_id=hold, actor=world.actor(), now=world.now)
    first, second = estimates(visit)
    assert (first.state, second.state, second.why) == ("issued", "due", "changed")
    assert (second.version, second.due_on) == (2, date(2026, 3, 3))
    give(world, second.id, clerk, 110_00, world.now)
    first, second = estimates(visit)
    assert (first.state, second.state) == ("superseded", "issued")
    for change in (
        "UPDATE good_faith_estimates SET total_cents = 1",
        "UPDATE estimate_lines SET expected_cents = 1",
        "DELETE FROM estimate_lines",
    ):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(text(change))


@pytest.mark.parametrize(("over", "held"), [(399_99, False), (400_00, True)])
def test_NSA_6_a_bill_400_dollars_above_is_held_and_one_cent_less_is_not(
    world: BookingWorld, clerk: StaffViewer, over: int, held: bool
) -> None:
    [row] = estimates(world.book(world.start(NINE)))
    give(world, row.id, clerk, 100_00, world.now)
    visit = bill(world, NINE, 100_00 + over)
    check, item = check_of(visit.id), work(f"estimate_over:{visit.id}")
    assert (check is not None) == held == (item is not None)
    if item is not None:
        assert (item.holds_bill, item.amount) == (True, Money(400_00))


def test_NSA_6_two_bills_of_one_day_are_compared_together(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    [row] = estimates(world.book(world.start(NINE)))
    give(world, row.id, clerk, 100_00, world.now)
    assert check_of(bill(world, NINE, 300_00).id) is None
    assert check_of(bill(world, NINE, 200_00, number="S-2").id) is not None


def test_NSA_6_two_people_let_it_go_out(world: BookingWorld, clerk: StaffViewer) -> None:
    manager = add_staff("manager")
    other = add_staff("manager", "other@example.com")
    [row] = estimates(world.book(world.start(NINE)))
    give(world, row.id, clerk, 100_00, world.now)
    visit = bill(world, NINE, 500_00)
    check, item = check_of(visit.id), work(f"estimate_over:{visit.id}")
    assert check is not None
    assert item is not None
    with pytest.raises(ResolutionRefused, match="Estimates"):
        resolve_work_item(
            item_id=item.id,
            outcome=Outcome.RIGHT_AS_POSTED,
            note="fine",
            staff=manager,
            now=world.now,
        )
    with pytest.raises(CannotRelease, match="First"):
        release_check(staff=manager, check_id=check.id, now=world.now)
    with pytest.raises(CannotRelease, match="still"):
        correct_check(staff=manager, check_id=check.id, now=world.now)
    review_check(staff=manager, check_id=check.id, finding="Longer visit.", now=world.now)
    with pytest.raises(CannotRelease, match="Another person"):
        release_check(staff=manager, check_id=check.id, now=world.now)
    with pytest.raises(CannotRelease, match="manager"):
        release_check(staff=clerk, check_id=check.id, now=world.now)
    release_check(staff=other, check_id=check.id, now=world.now + timedelta(hours=1))
    check, item = check_of(visit.id), work(f"estimate_over:{visit.id}")
    assert check is not None
    assert item is not None
    assert check.outcome == "released"
    assert item.closed_at is not None


def test_NSA_6_a_bill_let_go_tells_on_its_statement_of_the_right_to_dispute_it(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    with transaction() as session:
        account = session.get_one(GuarantorAccount, world.account_id)
        account.street, account.city, account.state = "1 Sample Street", "Sampleton", "NY"
        account.postal_code = "10001"
    [row] = estimates(world.book(world.start(NINE)))
    give(world, row.id, clerk, 100_00, world.now)
    check = check_of(bill(world, NINE, 500_00).id)
    assert check is not None
    cut(NINE)
    assert statements() == []  # held
    review_check(staff=clerk, check_id=check.id, finding="Longer visit.", now=world.now)
    release_check(staff=add_staff("manager"), check_id=check.id, now=world.now)
    cut(TEN)
    [statement] = statements()
    assert statement.amount_due == Money(500_00)
    assert ABOVE_ESTIMATE in statement.content["notices"]["dispute"]


def test_NSA_6_charges_corrected_below_400_above_free_the_bill(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    [row] = estimates(world.book(world.start(NINE)))
    give(world, row.id, clerk, 100_00, world.now)
    visit = bill(world, NINE, 500_00)
    check = check_of(visit.id)
    assert check is not None
    with read_only() as session:
        charge_id = session.scalars(select(Charge.id).where(Charge.visit_id == visit.id)).one()
    adjust_balance(
        form_id=uuid4(),
        account_id=world.account_id,
        charge_id=charge_id,
        kind=AdjustmentKind.OUR_ERROR,
        amount=Money(1),
        reason="above our estimate",
        staff=clerk,
        on=NINE,
        now=world.now,
    )
    correct_check(staff=clerk, check_id=check.id, now=world.now)
    check, item = check_of(visit.id), work(f"estimate_over:{visit.id}")
    assert check is not None
    assert item is not None
    assert (check.outcome, item.outcome) == ("corrected", "adjusted")


def kept_apart(world: BookingWorld, **address: str) -> int:
    """Testa is kept apart from Minny, who stands on the same account; an estimate of hers is owed."""
    with transaction() as session:
        patient = session.get_one(Patient, world.patient_id)
        patient.confidential = True
        for name, value in address.items():
            setattr(patient, name, value)
        account = session.get_one(GuarantorAccount, world.account_id)
        account.street, account.city, account.state = "1 Sample Street", "Sampleton", "NY"
        account.postal_code = "10001"
    [row] = estimates(world.book(world.start(NINE)))
    return row.id


OWN = {"street": "9 Probe Road", "city": "Sampleton", "state": "NY", "postal_code": "10002"}


def test_HIPAA_10_the_estimate_of_who_is_kept_apart_goes_to_their_own_address_alone(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    notice_id = give(world, kept_apart(world, **OWN), clerk, 100_00, world.now)
    with read_only() as session:
        notice = session.get_one(Notice, notice_id)
        own = session.get_one(GuarantorAccount, notice.guarantor_account_id)
        assert own.id != world.account_id
        assert (own.display_name, own.email, own.mobile) == ("Testa Sample", "", "")
        assert paper_lines(session, [own])[own.id] == ("9 Probe Road", "Sampleton, NY 10002")
    assert own_letter(world.viewer, notice_id) is None  # who reads the shared account does not
    [row] = all_estimates()
    assert row.appointment_id is not None
    assert estimate_of_visit(world.viewer, row.appointment_id) is None
    visit = bill(world, NINE, 120_00)
    assert estimate_beside(world.viewer, visit.id) is None


def test_HIPAA_10_a_second_estimate_goes_to_the_same_own_account(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    first = give(world, kept_apart(world, **OWN), clerk, 100_00, world.now)
    asked = ask_estimate(
        patient_id=world.patient_id, about="Knee", login_id=world.login_id, now=world.now
    )
    second = give(world, asked, clerk, 100_00, world.now)
    with read_only() as session:
        accounts = {session.get_one(Notice, one).guarantor_account_id for one in (first, second)}
    assert len(accounts) == 1


def test_HIPAA_10_a_safe_address_stands_above_the_one_on_file(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = kept_apart(world)
    with transaction() as session:
        session.add(
            ConfidentialRequest(
                patient_id=world.patient_id,
                login_id=world.login_id,
                street="5 Safe Street",
                city="Sampleton",
                state="NY",
                postal_code="10003",
                source="desk",
                asked_by_id=clerk.login_id,
                asked_at=world.now,
            )
        )
    notice_id = give(world, estimate_id, clerk, 100_00, world.now)
    with read_only() as session:
        own = session.get_one(
            GuarantorAccount, session.get_one(Notice, notice_id).guarantor_account_id
        )
        assert paper_lines(session, [own])[own.id] == ("5 Safe Street", "Sampleton, NY 10003")


def test_HIPAA_10_without_an_address_of_their_own_it_is_given_by_hand(
    world: BookingWorld, clerk: StaffViewer
) -> None:
    estimate_id = kept_apart(world, street="")
    with pytest.raises(CannotEstimate, match="kept apart"):
        give(world, estimate_id, clerk, 100_00, world.now)


def all_estimates() -> list[GoodFaithEstimate]:
    with read_only() as session:
        return list(session.scalars(select(GoodFaithEstimate)))
