"""Estimates on the pages: staff give one, the patient reads it, and two people let a bill go out (NSA-2 to NSA-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from tests.booking_world import BookingWorld, open_booking
from tests.services.estimate_world import bill, check_of, estimates
from tests.web.pages import PageClient
from tests.web.people import signed_in
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
DAY = date(2026, 3, 13)  # 9 business days after Monday, March 2


@pytest.fixture
def world(patient_app: Any, staff_app: Any, now: datetime) -> BookingWorld:
    for one in (patient_app, staff_app):
        one.config["CLOCK"] = lambda: now
    return open_booking(now)


def given(world: BookingWorld, desk: PageClient, amount: str = "100.00") -> int:
    """Booked without a plan, and its estimate given on the page."""
    [row] = estimates(world.book(world.start(DAY)))
    page = desk.follow(
        desk.post(
            f"/estimates/{row.id}",
            {
                **_blank(world),
                "line0-procedure": "99213",
                "line0-words": "Office visit",
                "line0-amount": amount,
                "line0-diagnoses": "M25.561",
            },
        )
    )
    assert "The patient can read it now" in page.text
    assert "M25.561" in page.text
    return row.id


def _blank(world: BookingWorld) -> dict[str, str]:
    return {f"line{n}-provider": str(world.ada) for n in range(5)}


def test_NSA_2_staff_see_what_is_owed_by_when_and_give_it(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk = as_staff("biller")
    [row] = estimates(world.book(world.start(DAY)))
    with statements_sent() as sent:
        page = desk.get("/estimates/")
    assert len(sent) <= 12, sent
    assert "Testa Sample" in page.text
    assert "To give" in page.text
    with statements_sent() as sent:
        page = desk.get(f"/estimates/{row.id}")
    assert len(sent) <= 12, sent
    assert 'value="A visit"' in page.source  # as the kind of visit is called
    refused = desk.post(f"/estimates/{row.id}", _blank(world))
    assert "Write down each service" in refused.text
    wrong = desk.post(f"/estimates/{row.id}", {**_blank(world), "line0-amount": "much"})
    assert "Enter an amount like" in wrong.text


def test_NSA_3_a_given_estimate_is_on_the_page_with_its_total(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk = as_staff("biller")
    estimate_id = given(world, desk, "180.00")
    assert "$180.00" in desk.get(f"/estimates/{estimate_id}").text
    assert "Given" in desk.get("/estimates/?show=issued").text
    again = desk.post(f"/estimates/{estimate_id}", {**_blank(world), "line0-amount": "1"})
    assert "was given meanwhile" in again.text


def test_NSA_6_a_held_bill_is_reviewed_by_one_and_let_go_by_another(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk, manager = as_staff("biller"), as_staff("manager")
    given(world, desk)
    visit = bill(world, DAY, 500_00)
    check = check_of(visit.id)
    assert check is not None
    assert "Bills held" in desk.get("/estimates/").text
    here = f"/estimates/bills/{check.id}"
    with statements_sent() as sent:
        page = desk.get(here)
    assert len(sent) <= 12, sent
    assert "$400.00" in page.text
    assert "still $400.00 or more above" in desk.post(f"{here}/correct").text
    assert "Enter what you found" in desk.post(f"{here}/review", {"finding": ""}).text
    page = desk.follow(desk.post(f"{here}/review", {"finding": "A longer visit."}))
    assert "Waits for another person" in page.text
    assert desk.post(f"{here}/release").status == 403
    page = manager.follow(manager.post(f"{here}/release"))
    assert "It went out." in page.text


def test_NSA_2_the_patient_sees_when_it_comes_reads_it_and_finds_it_on_the_bill(
    world: BookingWorld, as_staff: AsStaff, patient_app: Any
) -> None:
    me = signed_in(PageClient(patient_app), world.login_id)
    appointment_id = world.book(world.start(DAY))
    [row] = estimates(appointment_id)
    with statements_sent() as sent:
        page = me.get(f"/visits/{appointment_id}")
    assert len(sent) <= 12, sent
    assert "estimate of the cost by March 3" in page.text
    as_staff("biller").post(
        f"/estimates/{row.id}",
        {
            **_blank(world),
            "line0-procedure": "99213",
            "line0-words": "Office visit",
            "line0-amount": "100.00",
        },
    )
    page = me.get(f"/visits/{appointment_id}")
    assert "Our good-faith estimate: $100.00" in page.text
    [given_now] = estimates(appointment_id)
    letter = me.get(f"/letters/{given_now.notice_id}")
    assert "This is only an estimate" in letter.text
    assert me.http.get(f"/letters/{given_now.notice_id}/letter.pdf").data.startswith(b"%PDF")
    visit = bill(world, DAY, 120_00)
    assert "Our estimate was $100.00. The bill is $120.00." in me.get(f"/bills/{visit.id}").text


def test_NSA_2_NSA_5_a_patient_asks_without_a_visit_and_staff_see_by_when(
    world: BookingWorld, as_staff: AsStaff, patient_app: Any
) -> None:
    me = signed_in(PageClient(patient_app), world.login_id)
    page = me.get("/visits/estimate")
    assert "within 3 business days" in page.text
    refused = me.post("/visits/estimate", {"who": str(world.patient_id), "about": ""})
    assert "Enter which care you ask about" in refused.text
    asked = me.post("/visits/estimate", {"who": str(world.patient_id), "about": "My knee"})
    assert "You get your estimate" in me.follow(asked).text
    page = as_staff("biller").get("/estimates/")
    assert "My knee" in page.text
    assert "Asked for" in page.text


def test_NSA_6_staff_say_of_which_bill_an_estimate_is_that_was_asked_for(
    world: BookingWorld, as_staff: AsStaff, patient_app: Any
) -> None:
    desk, me = as_staff("biller"), signed_in(PageClient(patient_app), world.login_id)
    for about in ("My knee", "My back"):
        me.post("/visits/estimate", {"who": str(world.patient_id), "about": about})
    for estimate_id in (1, 2):
        _give(world, desk, estimate_id, "100.00")
    visit = bill(world, DAY, 500_00)
    assert "which estimate is theirs" in desk.get("/estimates/").text
    here = f"/estimates/unclear/{visit.id}"
    with statements_sent() as sent:
        page = desk.get(here)
    assert len(sent) <= 12, sent
    assert "My knee" in page.text
    assert "None of them" in page.text
    assert "Choose an estimate" in desk.post(here, {}).text
    page = desk.follow(desk.post(here, {"of": "2"}))
    assert "Bills held: $400.00 or more above" in page.text
    with statements_sent() as sent:
        page = desk.get("/estimates/2")
    assert len(sent) <= 12, sent
    assert "the bill of Mar 13, 2026, as" in page.text
    assert "Say of which visit" in desk.follow(desk.post("/estimates/2/untie")).text
    check = check_of(visit.id)
    assert check is not None
    page = desk.follow(desk.post(f"/estimates/bills/{check.id}/correct"))
    assert "not held any more" in page.text
    with statements_sent() as sent:
        page = desk.get("/estimates/1/tie")
    assert len(sent) <= 12, sent
    assert "The bill of March 13, 2026, $500.00" in page.text
    page = desk.follow(desk.post("/estimates/1/tie", {"of": f"bill:{visit.id}"}))
    assert "Its bill is compared" in page.text


def test_NSA_6_what_was_asked_for_fills_the_form_of_the_visit_that_it_is_of(
    world: BookingWorld, as_staff: AsStaff, patient_app: Any
) -> None:
    desk, me = as_staff("biller"), signed_in(PageClient(patient_app), world.login_id)
    me.post("/visits/estimate", {"who": str(world.patient_id), "about": "My knee"})
    _give(world, desk, 1, "123.45")
    visit = world.book(world.start(DAY))
    [own] = estimates(visit)
    with statements_sent() as sent:
        page = desk.get(f"/estimates/{own.id}")
    assert len(sent) <= 12, sent
    assert "They asked before, on Mar 2, 2026: My knee, $123.45." in page.text
    page = desk.get("/estimates/1/tie")
    assert "The visit of March 13, 2026, A visit" in page.text
    desk.post("/estimates/1/tie", {"of": f"visit:{visit}"})
    page = desk.get(f"/estimates/{own.id}")
    assert 'value="123.45"' in page.source
    assert "They asked before" not in page.text


def test_OPS_13_a_page_offers_the_second_step_alone_only_where_nobody_else_is(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    boss = as_staff("manager")
    given(world, boss)
    check = check_of(bill(world, DAY, 500_00).id)
    assert check is not None
    here = f"/estimates/bills/{check.id}"
    page = boss.follow(boss.post(f"{here}/review", {"finding": "A longer visit."}))
    assert "The first step was yours too" in page.text
    as_staff("biller")
    as_staff("front_desk")
    assert "Waits for another person" in boss.get(here).text


def _give(world: BookingWorld, desk: PageClient, estimate_id: int, amount: str) -> None:
    line = {
        "line0-procedure": "99213",
        "line0-words": "Office visit",
        "line0-amount": amount,
    }
    desk.post(f"/estimates/{estimate_id}", {**_blank(world), **line})


def test_NSA_2_staff_write_down_who_asked_by_phone_and_find_their_record(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk = as_staff("biller")
    with read_only() as session:
        number = session.get_one(GuarantorAccount, world.account_id).number
    assert "Somebody asked by phone" in desk.get("/estimates/").text
    call = {"about": "My knee", "asked_on": "2/27/2026", "via": "phone"}
    refused = desk.post("/estimates/asked", call)
    assert "Enter who asked" in refused.text
    sent_to = desk.post(
        "/estimates/asked", call | {"asker": "Sampla Sample", "phone": "212 555 0142"}
    )
    page = desk.follow(sent_to)
    assert "No record yet" in page.text
    assert "Asked for by phone" in page.text
    assert "Mar 4, 2026" in page.text  # three business days after that Friday
    with statements_sent() as sent:
        page = desk.get(f"/estimates/1/record?number={number}")
    assert len(sent) <= 12, sent
    assert "Testa Sample" in page.text
    assert "No account has this number" in desk.get("/estimates/1/record?number=77").text
    page = desk.follow(desk.post("/estimates/1/record", {"patient": str(world.patient_id)}))
    assert "You can give it now" in page.text
    assert desk.http.get("/estimates/1/record").status_code == 404


def test_NSA_2_of_an_account_the_person_is_chosen_and_who_wants_none_is_ended(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk = as_staff("biller")
    here = f"/estimates/asked/{world.account_id}"
    assert "Testa Sample" in desk.get(here).text
    call = {"about": "My knee", "asked_on": "3/2/2026", "via": "desk"}
    page = desk.follow(desk.post(here, call | {"who": str(world.child_id)}))
    assert "What you expect to bill" in page.text
    desk.post("/estimates/asked", call | {"asker": "Sampla Sample", "phone": "212 555 0142"})
    assert "Enter why" in desk.post("/estimates/2/drop", {"reason": ""}).text
    page = desk.follow(desk.post("/estimates/2/drop", {"reason": "Found another doctor."}))
    assert "not needed any more" in page.text


def test_NSA_2_a_newcomer_asks_for_themself(
    world: BookingWorld, as_staff: AsStaff, patient_app: Any
) -> None:
    me = signed_in(PageClient(patient_app), world.newcomer_id)
    assert "within 3 business days" in me.get("/visits/estimate").text
    asked = me.post("/visits/estimate", {"who": "0", "about": "My knee"})
    assert "You get your estimate" in me.follow(asked).text
    assert "My knee" in as_staff("biller").get("/estimates/").text


def test_NSA_7_staff_write_down_a_federal_dispute_answer_it_and_end_it(
    world: BookingWorld, as_staff: AsStaff
) -> None:
    desk = as_staff("manager")
    visit = bill(world, date(2026, 2, 20), 900_00)
    here = f"/estimates/disputes/of/{visit.id}"
    assert here in desk.get(f"/accounts/{world.account_id}/bills/{visit.id}").source
    assert "10 business days" in desk.get(here).text
    assert "Enter the dispute number" in desk.post(here, {"initiated_on": "2/27/2026"}).text
    page = desk.follow(desk.post(here, {"reference": "SDR-77", "initiated_on": "2/27/2026"}))
    assert "Answer by Mar 13, 2026" in page.text
    with statements_sent() as sent:
        page = desk.get("/estimates/")
    assert len(sent) <= 12, sent
    assert "To answer" in page.text
    assert "Enter what you sent" in desk.post("/estimates/disputes/1/answer", {}).text
    answer = {"answer-answered_on": "3/2/2026", "answer-answer": "All of it, by post."}
    page = desk.follow(desk.post("/estimates/disputes/1/answer", answer))
    assert "The decision is awaited" in page.text
    end = {"end-outcome": "for_patient", "end-decision": "Pay $500.00."}
    page = desk.follow(desk.post("/estimates/disputes/1/end", end))
    assert "Pay $500.00." in page.text
