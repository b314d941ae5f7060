"""The page of calls: it says before the call whether one may call, and is asked again as it begins (COLL-5, COLL-14, COLL-21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.calls import PhoneCall
from portal.models.gate import CollectionProof
from tests.services.staff_world import World, add_account
from tests.web.bills import NOW, make_practice
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]


@pytest.fixture
def world(staff_app: Flask) -> World:
    staff_app.config["CLOCK"] = lambda: NOW  # ten in the morning in New York
    make_practice()
    return add_account("1111-2222")


def begun(client: PageClient, address: str) -> PageClient:
    page = client.get(address)
    form = {"start-form_id": page.hidden("start-form_id"), "start-number": ""}
    for _ in range(2):
        client.follow(client.post(f"{address}/start", form, expect=302))
    return client


def test_COLL_5_a_call_is_begun_noted_and_proven_on_one_page(as_staff: As, world: World) -> None:
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    with statements_sent() as sent:
        page = caller.get(address)
    assert len(sent) <= 12, "\n".join(one[:110] for one in sent)
    assert "You may call now" in page.text
    assert "(212) 555-0142" in page.text
    assert "Nobody has called about this account." in page.text
    begun(caller, address)
    with read_only() as session:
        [call] = session.scalars(select(PhoneCall))
    heard = f"{address}/{call.id}/heard"
    form = {"heard-outcome": "spoke", "heard-spoke_with": "", "heard-told_of_help": "y"}
    assert "Say whom you spoke with." in caller.post(heard, form).text
    page = caller.follow(
        caller.post(heard, form | {"heard-spoke_with": "Testa Sample"}, expect=302)
    )
    assert "Told of help" in page.text
    assert "Do not call now." in page.text
    assert "COLL-14" in page.text
    assert "Again from March 9, 2026 at 8:00 AM." in page.text
    with read_only() as session:
        assert session.scalars(select(CollectionProof.kind)).all() == ["oral_attempt"]


def test_COLL_15_before_eight_the_page_says_when_and_the_button_is_refused(
    as_staff: As, world: World, staff_app: Flask
) -> None:
    staff_app.config["CLOCK"] = lambda: NOW - timedelta(hours=3)
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    page = caller.get(address)
    assert "Again from March 2, 2026 at 8:00 AM." in page.text
    form = {"start-form_id": page.hidden("start-form_id"), "start-number": ""}
    assert "between 8 in the morning" in caller.post(f"{address}/start", form).text
    with read_only() as session:
        assert session.scalars(select(PhoneCall)).all() == []


def test_COLL_15_a_wish_about_hours_and_a_number_at_work_is_kept_by_the_gate(
    as_staff: As, world: World
) -> None:
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    page = caller.get(address)
    backwards = {"wish-calls_from": "3 pm", "wish-calls_until": "1 pm", "wish-number": ""}
    assert "before the last" in caller.post(f"{address}/wish", backwards).text
    afternoon = {"wish-calls_from": "12 pm", "wish-calls_until": "", "wish-number": ""}
    page = caller.follow(caller.post(f"{address}/wish", afternoon, expect=302))
    assert "Do not call now." in page.text  # ten in the morning
    assert "Again from March 2, 2026 at 12:00 PM." in page.text
    assert "No call before 12:00 PM, by their clock." in page.text
    form = {"start-form_id": page.hidden("start-form_id"), "start-number": ""}
    assert "COLL-15" in caller.post(f"{address}/start", form).text
    at_work = {"wish-calls_from": "", "wish-calls_until": "", "wish-number": "(212) 555-0142"}
    page = caller.follow(caller.post(f"{address}/wish", at_work, expect=302))
    assert "COLL-15" in page.text  # the number on file is the one at work
    form = {"start-form_id": page.hidden("start-form_id"), "start-number": "(212) 555-0143"}
    caller.follow(caller.post(f"{address}/start", form, expect=302))
    with read_only() as session:
        assert session.scalars(select(PhoneCall.number)).all() == ["+12125550143"]


def test_a_call_that_reached_somebody_else_is_taken_back(as_staff: As, world: World) -> None:
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    form_id = caller.get(address).hidden("theirs-form_id")
    form = {
        "theirs-form_id": form_id,
        "theirs-outcome": "spoke",
        "theirs-spoke_with": "A voice",
        "theirs-told_of_help": "y",
    }
    page = caller.follow(caller.post(f"{address}/theirs", form, expect=302))
    assert "It was somebody else" in page.text
    with read_only() as session:
        [call] = session.scalars(select(PhoneCall))
    correct = f"{address}/{call.id}/correct"
    assert "proves nothing" in caller.get(correct).text
    assert "Enter how you know." in caller.post(correct, {"reason": ""}).text
    page = caller.follow(caller.post(correct, {"reason": "Another person."}, expect=302))
    assert "Noted first as spoke. Another person." in page.text
    assert "this number was somebody else’s" in page.text.lower()


def test_COLL_21_the_message_says_who_and_never_why_and_who_only_looks_has_no_form(
    as_staff: As, world: World
) -> None:
    address = f"/accounts/{world.account_id}/calls"
    page = as_staff("collections").get(address)
    assert "Please call me back at" in page.text
    biller = as_staff("biller").get(address)
    assert "Start the call" not in biller.text
    as_staff("collections").get("/accounts/999999/calls", expect=404)
