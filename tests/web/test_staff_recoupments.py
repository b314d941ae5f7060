"""A biller names a takeback to its claim, and a check goes to a payer with two people (posting.md, OPS-13, OPS-21)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from billing.ledger import Account
from billing.money import Money
from tests.conftest import NOW
from tests.services.eob_desk import claim_of
from tests.services.payer_voice import Payer, bill, clp, insured, plb, svc, total
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

Staff = Callable[[str], PageClient]


@pytest.fixture
def visit(staff_app: Flask):
    staff_app.config["CLOCK"] = lambda: NOW
    found = insured(12_500)
    voice = Payer()
    voice.pays(clp(found.control_number, svc("99213", 125, "CO-45 20, PR-1 25")))
    voice.pays(plbs=[plb("WO", 50, "OLD1"), plb("L6", -3, "")])
    return found


def test_posting_md_a_takeback_is_found_in_the_worklist_and_named_to_its_claim(
    visit, as_staff: Staff
) -> None:
    desk = as_staff("biller")
    listed = desk.get("/recoupments/")
    assert "$50.00 to match" in listed.text
    assert "OLD1" not in "".join(listed.links()), "no number of a claim stands in an address"
    [address] = {link for link in listed.links() if "/takebacks/" in link}
    found = desk.post(f"{address}/find", {"term": visit.control_number}, expect=200)
    said = {
        "match": found.hidden("match"),
        "term": visit.control_number,
        "claim": str(claim_of(visit).id),
        "amount": "90",
        "note": "their letter",
    }
    over = desk.post(f"{address}/match", said, expect=200)
    assert "$50.00 of this takeback is not matched yet" in over.text
    done = desk.follow(desk.post(f"{address}/match", said | {"amount": "50"}, expect=302))
    assert "the patient owes no more" in done.text
    assert bill(visit.id).patient_due == Money(2_500)
    assert total(Account.PAYER_RECOUPMENT) == 0
    [undo] = [f.get("action") or "" for f in done.all("form") if "/undo" in str(f.get("action"))]
    assert "Enter why" in desk.post(undo.removeprefix("/staff"), {"why": ""}).text
    back = desk.follow(desk.post(undo.removeprefix("/staff"), {"why": "another"}, expect=302))
    assert "Undone: another" in back.text
    assert total(Account.PAYER_RECOUPMENT) == 5_000
    payer = desk.get(f"/recoupments/payer/{claim_of(visit).payer_id}")
    assert "Interest" in payer.text
    assert "$3.00" in payer.text


def test_OPS_13_OPS_21_a_check_to_a_payer_takes_two_people_and_shows_its_clock(
    visit, as_staff: Staff
) -> None:
    biller, manager = as_staff("biller"), as_staff("manager")
    refund = str(uuid4())
    said = {
        "refund": refund,
        "payer": str(claim_of(visit).payer_id),
        "amount": "80",
        "reference": "LETTER1",
        "identified_on": "1/20/2026",
        "federal": "y",
        "note": "paid twice",
    }
    asked = biller.follow(biller.post("/recoupments/refunds/new", said, expect=302))
    assert "Day 41 of 60: by Mar 21" in asked.text
    assert "A manager approves it" in asked.text
    at = f"/recoupments/refunds/{refund}"
    biller.post(f"{at}/approve", {}, expect=403)
    manager.follow(manager.post(f"{at}/suspend", {"suspend-investigation": "INV-7"}, expect=302))
    assert "Stands still since Mar 2" in manager.get(at).text
    manager.post(f"{at}/resume", {}, expect=302)
    manager.post(f"{at}/approve", {}, expect=302)
    check = {"write-number": "2001", "write-written_on": "3/2/2026"}
    written = biller.follow(biller.post(f"{at}/write", check, expect=302))
    assert "Sent" in written.text
    assert total(Account.BANK) == -8_000
    assert "$80.00 to match" in biller.get("/recoupments/").text
    assert "The bank cashed it" in manager.get(at).text
    too_soon = {"clear-cleared_on": "1/1/2026"}
    assert (
        "between the day on it and today" in manager.post(f"{at}/clear", too_soon, expect=409).text
    )
    void = manager.follow(manager.post(f"{at}/void", {"void-why": "it came back"}, expect=302))
    assert "What it had posted is reversed" in void.text
    assert total(Account.BANK) == 0
    queue = manager.get("/queue/")
    assert "Payer to be refunded" in queue.text


def test_each_page_of_payers_money_asks_the_database_little(visit, as_staff: Staff) -> None:
    """However much there is, in at most 12 statements; and the page is no book."""
    desk = as_staff("biller")
    [address] = {link for link in desk.get("/recoupments/").links() if "/takebacks/" in link}
    for path in (
        "/recoupments/",
        address,
        f"/recoupments/payer/{claim_of(visit).payer_id}",
        "/recoupments/refunds/new",
        "/eobs/",
    ):
        with statements_sent() as sent:
            page = desk.get(path)
        assert len(sent) <= 12, "\n".join([path, *sent])
        assert len(page.source) < 40_000
