"""Disputes on the pages: staff see twice what a decision changes; the patient reads how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from portal.config import Settings
from portal.queries.receipts import receipt, receipt_print
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.refund_desk import Desk, open_desk
from tests.services.till import open_till
from tests.web.pages import PageClient


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        stripe_secret_key=KEY,
        stripe_webhook_secret=SECRET,
        stripe_api_base=sandbox.url,
    )


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask, patient_app: Flask, now: datetime) -> None:
    staff_app.config["CLOCK"] = patient_app.config["CLOCK"] = lambda: now


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    """$182.40 was paid, disputed, and lost."""
    found = open_desk(open_till(sandbox, now))
    charge = found.till.payment(found.paid()).charge_id
    dispute = sandbox.control("dispute", charge=charge)["dispute"]
    sandbox.control("close_dispute", id=dispute, status="lost")
    found.till.deliver(*sandbox.events())
    return found


def test_a_manager_sees_twice_what_changes_and_then_it_does(
    desk: Desk, as_staff: Callable[[str], PageClient]
) -> None:
    client = as_staff("manager")
    assert "Lost: decide it" in client.get("/disputes/").text
    client.get("/disputes/1")
    wish = {"decision": "owed", "reason": "The patient called"}
    check = client.post("/disputes/1", wish, expect=200)
    assert "Nothing was changed yet" in check.text
    assert "$182.40" in check.text
    assert desk.till.due() == 0
    client.post("/disputes/1", wish | {"sure": "yes"}, expect=302)
    assert desk.till.due() == 18_240
    assert "the patient owes it again" in client.get("/disputes/1").text


def test_a_payment_that_a_bank_took_back_is_not_told_as_paid(
    desk: Desk, as_staff: Callable[[str], PageClient]
) -> None:
    client, account = as_staff("manager"), desk.till.account_id
    papers, today = f"/accounts/{account}/papers", "/"
    for address in (papers, today):
        assert "In dispute" in client.get(address).text
    assert not [link for link in client.get(papers).links() if "/refunds/of/" in link]
    client.get("/disputes/1")
    wish = {"decision": "owed", "reason": "The patient called", "sure": "yes"}
    client.post("/disputes/1", wish, expect=302)
    for address in (papers, today):
        assert "Taken back by the bank" in client.get(address).text
    ledger = client.get(f"/accounts/{account}/ledger").text
    assert "Card company" in ledger
    assert "stripe:" not in ledger


def test_a_reason_is_needed(desk: Desk, as_staff: Callable[[str], PageClient]) -> None:
    client = as_staff("manager")
    client.get("/disputes/1")
    client.post("/disputes/1", {"decision": "owed", "reason": " ", "sure": "yes"}, expect=200)
    assert desk.till.due() == 0


def test_HIPAA_7_who_may_not_adjust_cannot_decide(
    desk: Desk, as_staff: Callable[[str], PageClient]
) -> None:
    client = as_staff("payment_poster")
    assert "A biller or a manager decides this" in client.get("/disputes/1").text
    client.post("/disputes/1", {"decision": "owed", "reason": "x", "sure": "yes"}, expect=403)
    assert desk.till.due() == 0


def test_the_patient_reads_beside_the_payment_how_its_dispute_stands(
    desk: Desk,
    as_staff: Callable[[str], PageClient],
    as_patient: Callable[..., PageClient],
) -> None:
    patient, manager = as_patient(desk.till.account_id), as_staff("manager")
    for page in ("/bills", "/payments"):
        assert "in dispute with your bank. We are not asking" in patient.get(page).text
    manager.get("/disputes/1")
    wish = {"decision": "owed", "reason": "The patient called", "sure": "yes"}
    manager.post("/disputes/1", wish, expect=302)
    for page in ("/bills", "/payments"):
        told = patient.get(page).text
        assert "in dispute" not in told
        assert "It does not count as paid any more." in told


def test_the_receipt_counts_what_a_bank_took_back(
    desk: Desk, as_patient: Callable[..., PageClient]
) -> None:
    patient = as_patient(desk.till.account_id)
    address = next(link for link in patient.get("/payments").links() if "/receipts/" in link)
    page = patient.get(address)
    assert "Counts as paid now$0.00" in page.text.replace(" $", "$")
    found = receipt(desk.till.viewer, address.rsplit("/", 1)[1])
    assert found
    printed = receipt_print(found)
    assert printed["kept"] == "$0.00"
    assert printed["went_back"] == [
        {"date": "March 2, 2026", "what": "Taken back by your bank", "amount": "-$182.40"}
    ]


@pytest.fixture
def waiting(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    """$182.40 was paid, and its bank waits for an answer."""
    found = open_desk(open_till(sandbox, now))
    charge = found.till.payment(found.paid()).charge_id
    sandbox.control("dispute", charge=charge)
    found.till.deliver(*sandbox.events())
    return found


def test_rule_13_a_biller_reads_every_word_that_leaves_and_sends_it_once(
    waiting: Desk, as_staff: Callable[[str], PageClient]
) -> None:
    client = as_staff("biller")
    assert "Answer the bank" in client.get("/disputes/").text
    assert "Answer by Mar 9" in client.get("/disputes/1").text
    page = client.get("/disputes/1/answer")
    assert "nothing about care leaves" in page.text
    form = {"evidence_id": page.hidden("evidence_id"), "parts": ["payment", "refunds"]}
    check = client.post("/disputes/1/answer", form, expect=200)
    assert "No refund of this payment was made." in check.text
    assert "Testa" not in check.text
    form["seen"] = check.hidden("seen")
    for _ in range(2):
        sent = client.post("/disputes/1/answer/send", form, expect=302)
    page = client.follow(sent)
    assert "With the bank" in page.text
    [address] = [link for link in page.links() if link.endswith(".pdf")]
    pdf = client.get(address.removeprefix("/staff"), expect=200)
    assert pdf.response.data.startswith(b"%PDF")
    theirs = waiting.till.sandbox.client.v1.disputes.list().data[0]
    assert theirs.evidence_details.submission_count == 1


def test_nothing_is_sent_without_a_part_or_by_a_role_that_may_not(
    waiting: Desk, as_staff: Callable[[str], PageClient]
) -> None:
    client = as_staff("manager")
    page = client.get("/disputes/1/answer")
    form = {"evidence_id": page.hidden("evidence_id")}
    assert "at least one part" in client.post("/disputes/1/answer/send", form, expect=200).text
    poster = as_staff("payment_poster")
    poster.get("/disputes/1")
    poster.post("/disputes/1/answer/send", form | {"parts": ["payment"]}, expect=403)
    assert waiting.till.sandbox.client.v1.disputes.list().data[0].status == "needs_response"
