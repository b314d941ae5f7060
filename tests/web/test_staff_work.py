"""Today, the queue, and what a person decides about an item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.work import WorkItem, WorkNote
from portal.queries.balances import balances
from tests.services.staff_remittance import add_remittance
from tests.services.staff_world import ON, add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def close(client: PageClient, item_id: int, **changes: str) -> object:
    fields = {"close-outcome": "corrected", "close-note": "Found her under her maiden name"}
    return client.post(f"/queue/{item_id}/close", fields | changes)


def test_today_counts_the_work_with_its_money(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    assert "Nothing waits" in client.get("/").text
    add_remittance(add_account(), NOW)
    with statements_sent() as sent:
        text = client.get("/").text
    assert len(sent) <= 12, "\n".join(sent)
    assert "Claim not found here 1 $20.00 1 Mar 1" in text
    assert "Acme Health TRACE1" in text


def test_HIPAA_7_today_shows_each_role_its_part(as_staff: AsStaff) -> None:
    add_remittance(add_account(), NOW)
    assert "Your role sees no patient data" in as_staff("sysadmin").get("/").text
    desk = as_staff("front_desk").get("/").text
    assert "Search for an account" in desk
    assert "Acme" not in desk
    assert "Queue" not in desk
    assert "$20.00" not in as_staff("collections").get("/").text


def test_a_queue_row_says_what_whose_how_much_by_when_and_what_next(as_staff: AsStaff) -> None:
    add_remittance(add_account(), NOW)
    client = as_staff("biller")
    client.get("/queue/")
    with statements_sent() as sent:
        text = client.get("/queue/?kind=unmatched").text
    assert len(sent) <= 12, "\n".join(sent)
    for words in (
        "Claim not found here",
        "Holds the bill",
        "No claim here has this number",
        "Testa Sample (7000001)",
        "$20.00",
        "Late: Mar 1",
        "Find the patient, or ask Acme Health",
    ):
        assert words in text
    assert "Nothing waits here" in client.get("/queue/?kind=denial").text
    assert "Nothing was closed yet" in client.get("/queue/?closed=1").text


def test_the_item_shows_the_facts_beside_the_reasons(as_staff: AsStaff) -> None:
    made, client = add_remittance(add_account(), NOW), as_staff("biller")
    client.get(f"/queue/{made.item_id}")
    with statements_sent() as sent:
        text = client.get(f"/queue/{made.item_id}").text
    assert len(sent) <= 12, "\n".join(sent)
    for words in ("CTRLTRACE1-2", "PAYER12345", "Billed$58.00", "Segment in the file20"):
        assert words in text.replace(" $", "$").replace("file 20", "file20")
    client.get("/queue/999", expect=404)
    as_staff("front_desk").get(f"/queue/{made.item_id}", expect=403)


def test_a_note_stays_and_PCI_5_takes_no_card_number(as_staff: AsStaff) -> None:
    made, client = add_remittance(add_account(), NOW), as_staff("biller")
    address = f"/queue/{made.item_id}/note"
    assert "Enter a note." in client.post(address, {"note-text": " "}).text
    refused = client.post(address, {"note-text": "card 4242-4242-4242-4242"})
    assert "looks like a card number" in refused.text
    assert "4242-4242" not in refused.source
    for _ in range(2):
        page = client.follow(client.post(address, {"note-text": "Called, ref 20260302"}))
    assert page.text.count("Called, ref 20260302") == 1
    with read_only() as session:
        assert session.scalars(select(WorkNote.text)).all() == ["Called, ref 20260302"]
    as_staff("auditor").post(address, {"note-text": "x"}, expect=403)


def test_closing_opens_the_bill_and_says_who_closed_it(as_staff: AsStaff) -> None:
    world = add_account()
    made, client = add_remittance(world, NOW), as_staff("biller")
    held = client.get(f"/accounts/{world.account_id}").text
    assert "Due now $0.00" in held
    assert "Enter what was done." in close(client, made.item_id, **{"close-note": ""}).text
    page = client.follow(close(client, made.item_id))
    assert "Closed." in page.text
    assert "Corrected" in page.text
    assert (
        "somebody closed it before you" in client.follow(close(client, made.item_id)).text.lower()
    )
    with read_only() as session:
        item = session.get_one(WorkItem, made.item_id)
        assert item.closed_by_id == client.login_id
        event = session.scalars(select(AuditEvent).where(AuditEvent.reason == "corrected")).one()
        assert event.account_ids == [world.account_id]
        assert balances(session, on=ON, account_ids=[world.account_id])[0].due_now == Money(58_00)


def test_money_in_suspense_is_released_before_an_item_closes(as_staff: AsStaff) -> None:
    made, client = add_remittance(add_account(), NOW, suspense=True), as_staff("biller")
    page = close(client, made.item_id)
    assert "$20.00 of the payer's money still waits" in page.text
    with read_only() as session:
        assert session.get_one(WorkItem, made.item_id).closed_at is None
    not_ours = {"close-outcome": "not_ours", "close-note": "Another practice's patient"}
    assert "Closed." in client.follow(close(client, made.item_id, **not_ours)).text


def test_remittances_list_and_one_of_them(as_staff: AsStaff) -> None:
    world = add_account()
    client = as_staff("payment_poster")
    assert "No remittance here" in client.get("/remittances/").text
    made = add_remittance(world, NOW)
    add_remittance(add_account("7000002"), NOW, trace="TRACE2")
    client.get("/remittances/")
    for address in ("/remittances/", f"/remittances/{made.remittance_id}"):
        with statements_sent() as sent:
            client.get(address)
        assert len(sent) <= 12, "\n".join(sent)
    assert "No remittance here" in client.get("/remittances/?status=held").text
    text = client.get(f"/remittances/{made.remittance_id}").text
    for words in (
        "CO-45 $30.00 plan discount, posted This is a discount your plan has set with us.",
        "PR-1 $8.00 deductible, posted",
        "L6 INTEREST −$1.00 payer interest 40",
        "TRACE1.edi, segment 3",
        "Not found here",
        "Remark N130: ",
    ):
        assert words in text
    client.get("/remittances/999", expect=404)
    found = client.follow(client.post("/accounts/search", {"term": "TRACE1"}))
    assert found.response.request.path == f"/remittances/{made.remittance_id}"


def test_the_bill_shows_what_the_payer_decided(as_staff: AsStaff) -> None:
    world = add_account()
    add_remittance(world, NOW)
    client = as_staff("manager")
    address = f"/accounts/{world.account_id}/bills/{world.visit_id}"
    client.get(address)
    with statements_sent() as sent:
        text = client.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    assert "This is not a bill yet." in text
    assert "we are checking this bill (STMT-5)" in text
    assert "TRACE1.edi, segment 22" in text
    assert "Acme Health, Feb 20, 2026" in text
