"""Acceptance tests of the rules' own list about collecting, by number: here, or wherever their name says `acceptance_N`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.assistance_income import Income, Period, Source
from billing.dunning import Step
from billing.holds import Allowed, Condition
from billing.money import Money
from billing.placement import EcaType
from portal import db
from portal.models.accounts import Coverage, GuarantorAccount
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage
from portal.models.notices import Notice
from portal.models.placements import PlacementOrder
from portal.queries.conditions import conditions
from portal.queries.text_consents import TextCategory
from portal.services.enter_application import Paper, enter_application
from portal.services.prove_step import ProofKind
from portal.services.review_template import review_template
from portal.services.run_day import run_day
from tests.adapters.test_notice_pdf import in_bold
from tests.booking_world import open_booking
from tests.pdf_text import pdf_text
from tests.services.estimate_world import bill, check_of, estimates, give
from tests.services.gate_world import act, ask, owing, prove, read_law
from tests.services.placement_world import orders, states
from tests.services.staff_world import add_staff
from tests.services.statement_world import (
    Office,
    after,
    cut,
    deliver,
    later,
    noon,
    statements,
    world,
)
from tests.services.test_handle_text import PHONE, agreed, answers, hear, standing
from tests.services.test_place_bill import approved, rules, walk
from tests.services.test_place_bill import ask as place

pytestmark = pytest.mark.usefixtures("database_url")
ROOT = Path(__file__).resolve().parents[2]
HERE = {3, 4, 5, 6, 9, 10, 11, 12, 13, 20}


def test_every_number_of_the_list_has_its_test() -> None:
    named = {
        int(number)
        for path in ROOT.glob("tests/**/test_*.py")
        for number in re.findall(r"def test_\w*acceptance_(\d+)", path.read_text())
    }
    assert named >= HERE


def test_acceptance_4_an_application_at_D0_and_200_calls_it_home_and_denies_every_eca(
    tmp_path: Path,
) -> None:
    account_id, visit_id = walk(tmp_path)
    row = approved()
    place(account_id, visit_id, row)
    day = after(200)
    received = Paper(
        how="paper",
        received_on=day,
        applicant="Testa Sample",
        household=1,
        incomes=(Income(Source.WAGES, Period.YEARLY, Money(45_000_00)),),
        residence="NY",
    )
    assert enter_application(
        application_id=uuid4(),
        account_id=account_id,
        paper=received,
        staff=add_staff("fa_counsellor"),
        public_url="http://localhost:8000",
        on=day,
        now=noon(day),
    )
    run_day(on=day, now=noon(day), office=Office(tmp_path))
    assert [order for order, _ in orders()] == ["place", "recall"]
    assert "FA-12" in orders()[-1][1]
    assert states() == ["recalled"]
    with db.read_only() as session:
        [told] = session.scalars(select(PlacementOrder).where(PlacementOrder.order == "recall"))
    assert day <= told.due_on <= day + timedelta(days=3), "one business day"
    assert "FA-12" in rules(account_id, visit_id, row, on=day)
    # Nothing that the federal rule lists can be done by any code; what comes before it is denied.
    assert set(EcaType) == {"sale", "credit_report", "care_denied", "legal"}


def test_acceptance_5_in_new_jersey_a_plan_is_offered_and_the_notice_says_in_bold_what_it_must(
    tmp_path: Path,
) -> None:
    account_id, _ = owing()
    approved(states=["NY", "NJ"], approved_at=noon(after(0)))
    read_law("NY", "NJ")
    with db.transaction() as session:
        session.get_one(GuarantorAccount, account_id).state = "NJ"
    review_template(
        staff=add_staff("manager", email="words@example.com"),
        state="NJ",
        language="en",
        note="Read against the statute.",
        now=noon(after(0)),
    )
    office = Office(tmp_path)
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    act(account_id, Step.SCREENING, after(90))
    act(account_id, Step.ORAL_ATTEMPT, after(90))
    with db.read_only() as session:
        [notice] = session.scalars(select(Notice).where(Notice.kind == "final_notice"))
    assert notice.sent_on == after(90)
    said = "This debt has not been reported to a credit bureau."
    printed = [path.read_bytes() for path in (office.outbox / str(after(90))).rglob("*.pdf")]
    assert any(
        said in " ".join(pdf_text(pdf).split()) and said in in_bold(pdf, 14) for pdf in printed
    )
    day = max(after(125), (notice.deadline_on or after(0)) + timedelta(days=1))
    assert getattr(ask(account_id, day), "rule_ids", ()) == ("COLL-T4",)
    prove(account_id, ProofKind.PLAN_OFFER, after(100))
    assert ask(account_id, day) == Allowed()


def test_acceptance_5_a_notice_without_new_jerseys_words_opens_nothing(tmp_path: Path) -> None:
    account_id, _ = owing()
    approved(states=["NY", "NJ"], approved_at=noon(after(0)))
    read_law("NY", "NJ")
    with db.transaction() as session:
        session.get_one(GuarantorAccount, account_id).state = "NJ"
    office = Office(tmp_path)
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    act(account_id, Step.SCREENING, after(90))
    act(account_id, Step.ORAL_ATTEMPT, after(90))
    prove(account_id, ProofKind.PLAN_OFFER, after(100))
    assert getattr(ask(account_id, after(140)), "rule_ids", ()) == ("COLL-T4",)


@pytest.mark.parametrize("body", ["Please stop texting me", "STOP.", "opt out", "no mas"])
def test_acceptance_9_MSG_3_any_of_these_words_turns_every_category_off_with_one_answer(
    body: str, now: datetime
) -> None:
    def build(w):  # type: ignore[no-untyped-def]  # a world
        w.practice(name="Riverside Family Medicine", phone="(212) 555-0100")
        return agreed(w, now, first_name="Testa", number="9100-0001")

    account_id = later(build)
    hear(body, now)
    hear(body, now + timedelta(minutes=1))
    assert standing(account_id) == set()
    assert answers() == ["opt_out"]
    with db.read_only() as session:
        off = session.scalars(select(TextConsent).where(~TextConsent.granted)).all()
        assert session.scalars(select(OutboundMessage.recipient)).all() == [PHONE]
    assert {row.category for row in off} == {category.value for category in TextCategory}


def test_acceptance_12_NSA_2_NSA_6_an_estimate_is_due_by_how_far_ahead_and_400_above_it_holds_the_bill(
    now: datetime,
) -> None:
    world, clerk = open_booking(now), add_staff("biller")  # Monday, March 2
    nine, ten = date(2026, 3, 13), date(2026, 3, 16)
    [near], [far] = (estimates(world.book(world.start(day))) for day in (nine, ten))
    assert near.due_on == date(2026, 3, 3)  # 1 business day
    assert far.due_on == date(2026, 3, 5)  # 3 business days
    for row in (near, far):
        give(world, row.id, clerk, 250_00, now)
    below = bill(world, nine, 649_99)
    above = bill(world, ten, 650_00, number="S-2")
    assert check_of(below.id) is None
    assert check_of(above.id) is not None
    with db.read_only() as session:
        book = conditions(session, on=ten, account_ids=[world.account_id])
    assert Condition.BILL_HELD not in book.of(world.account_id, below.id).kinds
    assert Condition.BILL_HELD in book.of(world.account_id, above.id).kinds
    with db.transaction() as session:
        account = session.get_one(GuarantorAccount, world.account_id)
        account.street, account.city, account.state = "1 Sample Street", "Sampleton", "NY"
        account.postal_code = "10001"
    cut(ten)
    [statement] = statements()
    asked = {visit["visit_id"] for one in statement.content["patients"] for visit in one["visits"]}
    assert asked == {below.id}


def test_acceptance_13_STMT_23_a_share_that_medicare_leaves_to_a_qmb_reaches_no_statement(
    tmp_path: Path,
) -> None:
    def build(w):  # type: ignore[no-untyped-def]  # a world
        bill = w.bill()
        w.add(
            Coverage(
                patient_id=bill[0].patient_id,
                payer_id=w.payer("Medicaid").id,
                member_id="M1",
                sequence="S",
                filing_code="MC",
            )
        )
        w.decide(bill, paid=80_00, discount=150_00, share={"2": 20_00})
        other = w.owed(20_00)
        return bill[0], other[0]

    qmb, other = world(build)
    for number in (0, 30, 60):
        cut(after(number))
        deliver(tmp_path, after(number))
    told = {one.guarantor_account_id for one in statements()}
    assert told == {other.guarantor_account_id}, "only whoever owes is told"
    assert qmb.guarantor_account_id not in told
