"""Refunds on the staff's pages: asked for, checked, approved by another, told to the patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.refunds import Refund
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.refund_desk import COMES_BACK, REFUNDS, Desk, open_desk
from tests.services.till import open_till
from tests.web.pages import Page, PageClient
from tests.web.people import make_login, signed_in
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


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
    return open_desk(open_till(sandbox, now))


def address(desk: Desk, payment_id: UUID) -> str:
    return f"/refunds/of/{desk.till.account_id}/{payment_id}"


def fill(client: PageClient, where: str, **changes: str) -> Page:
    """Fill the form in and press its button; the answer is the page to check, or the form again."""
    form = client.get(where)
    wish = {
        "refund_id": form.hidden("refund_id"),
        "amount": "20",
        "reason": "paid_twice",
        "place": "order",
        "note": "Paid at the desk too",
    }
    return client.post(where, wish | changes, expect=200)


def carried(page: Page) -> dict[str, str]:
    return {n: page.hidden(n) for n in ("refund_id", "amount", "reason", "place", "note")}


def asked(client: PageClient, where: str, **changes: str) -> Page:
    checked = fill(client, where, **changes)
    return client.follow(client.post(f"{where}/send", carried(checked)))


def test_one_asks_another_approves_and_the_patient_reads_it(
    desk: Desk, as_staff: AsStaff, as_patient: Callable[..., PageClient]
) -> None:
    payment_id, biller = desk.paid(), as_staff("biller")
    papers = biller.get(f"/accounts/{desk.till.account_id}/papers")
    where = address(desk, payment_id)
    assert where in papers.links()
    form = biller.get(where)
    assert "Up to $182.40" in form.text
    assert "Office visit for Testa, Jan 20, 2026: up to $132.40, due again" in form.text
    checked = fill(biller, where)
    assert checked.h1 == "Check this refund"
    assert "The patient owes afterwards $20.00" in checked.text
    assert "Visa card ending in 4242" in checked.text
    assert desk.sent_back() == 0
    waiting = biller.follow(biller.post(f"{where}/send", carried(checked)))
    assert "Another person approves it" in waiting.text
    assert "Approve and send" not in waiting.text
    manager = as_staff("manager")
    assert "1 refund waits for your approval" in manager.get("/").text
    listed = manager.get("/refunds/")
    [link] = [link for link in listed.links() if re.match(r"/refunds/[0-9a-f-]{36}", link)]
    page = manager.get(link)
    assert "The patient owes afterwards $20.00" in page.text
    assert "Paid at the desk too" in page.text
    done = manager.follow(manager.post(f"{link}/approve"))
    assert "The money is on its way to the patient" in done.text
    assert "Sent back" in done.text
    desk.agrees(2_000, due=2_000)
    again = manager.follow(manager.post(f"{link}/approve"))
    assert again.status == 200
    desk.agrees(2_000, due=2_000)
    assert "Sent back" in biller.get(f"/accounts/{desk.till.account_id}/papers").text
    patient = as_patient(desk.till.account_id)
    told = "We sent $20.00 back to your Visa card ending in 4242 on Mar 2, 2026."
    receipt = patient.get(f"/receipts/{desk.till.payment(payment_id).receipt_number}")
    assert told in receipt.text
    assert "5 to 10 days" in receipt.text
    assert "Counts as paid now$162.40" in receipt.text.replace(" $", "$")
    assert "$20.00 sent back" in receipt.text
    assert told in patient.get("/payments").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "182.41"}, "Only $182.40 of this payment is left"),
        ({"amount": "0"}, "must be above"),
        ({"amount": "-5"}, "Enter an amount like 50"),
        ({"amount": ""}, "Enter an amount"),
        ({"reason": ""}, "Choose a reason"),
        ({"reason": "outside"}, "Not a valid choice"),
        ({"place": "999"}, "Not a valid choice"),
        ({"note": ""}, "Enter a note"),
        ({"note": "4242 4242 4242 4242"}, "looks like a card number"),
        ({"refund_id": "x"}, "Open this page again"),
    ],
)
def test_PCI_5_the_form_says_what_is_wrong(
    desk: Desk, as_staff: AsStaff, changes: dict[str, str], words: str
) -> None:
    page = fill(as_staff("biller"), address(desk, desk.paid()), **changes)
    assert page.h1 == "Refund a payment"
    assert words in page.text
    assert "4242 4242" not in page.source


def test_a_named_line_gives_its_own_money_alone(desk: Desk, as_staff: AsStaff) -> None:
    client, where = as_staff("payment_poster"), address(desk, desk.paid())
    assert "pays $50.00 of that line" in fill(client, where, amount="60", place="1").text
    checked = fill(client, where, amount="45", place="1")
    assert "Jan 12, 2026: due again $45.00" in checked.text


def test_OPS_13_whoever_asked_is_offered_to_decline_alone(desk: Desk, as_staff: AsStaff) -> None:
    manager = as_staff("manager")
    as_staff("front_desk")
    page = asked(manager, address(desk, desk.paid()))
    assert "somebody else must approve it" in page.text
    assert "Approve and send" not in page.text
    [link] = {x for x in manager.get("/refunds/").links() if re.match(r"/refunds/[0-9a-f-]{36}", x)}
    refused = manager.post(f"{link}/approve", expect=409)
    assert "somebody else must approve it" in refused.text
    assert desk.sent_back() == 0
    assert "Enter a reason" in manager.post(f"{link}/decline", {"reason": ""}).text
    declined = manager.follow(manager.post(f"{link}/decline", {"reason": "My mistake"}))
    assert "Declined" in declined.text
    assert "My mistake" in declined.text


def test_HIPAA_7_who_sees_asks_and_approves(desk: Desk, as_staff: AsStaff) -> None:
    payment_id = desk.paid()
    refund_id = desk.ask(payment_id, 1_000)
    auditor = as_staff("auditor")
    assert "Waits for approval" in auditor.get(f"/refunds/{refund_id}").text
    for role in ("auditor", "collections", "front_desk", "sysadmin"):
        as_staff(role).get(address(desk, payment_id), expect=403)
    for role in ("auditor", "collections", "front_desk", "biller", "payment_poster"):
        as_staff(role).post(f"/refunds/{refund_id}/approve", expect=403)
        as_staff(role).post(f"/refunds/{refund_id}/decline", {"reason": "x"}, expect=403)
    as_staff("front_desk").get("/refunds/", expect=403)
    assert desk.sent_back() == 0


def test_each_page_keeps_its_budget_and_is_audited(desk: Desk, as_staff: AsStaff) -> None:
    payment_id, manager = desk.paid(), as_staff("manager")
    for _ in range(3):
        refund_id = desk.ask(payment_id, 1_000)
    pages = (
        f"/accounts/{desk.till.account_id}/papers",
        address(desk, payment_id),
        "/refunds/",
        f"/refunds/{refund_id}",
        "/payments/unknown",
        "/",
    )
    for path in pages:
        manager.get(path)
        with statements_sent() as sent:
            manager.get(path)
        limit = 20 if "/refunds/" in path and path != "/refunds/" else 12
        assert len(sent) <= limit, (path, len(sent))
    with read_only() as session:
        rows = session.scalars(
            select(AuditEvent).where(
                AuditEvent.object_type == "refunds", AuditEvent.action == "view"
            )
        ).all()
    assert len(rows) == 6
    assert all(row.account_ids == [desk.till.account_id] for row in rows)
    manager.get(f"/refunds/of/{desk.till.account_id + 1}/{payment_id}", expect=404)
    manager.get(f"/refunds/{payment_id}", expect=404)


def test_a_dispute_is_told_in_plain_words(desk: Desk, as_staff: AsStaff) -> None:
    payment_id = desk.paid()
    refund_id = desk.ask(payment_id, 1_000)
    desk.till.sandbox.control("dispute", charge=desk.till.payment(payment_id).charge_id)
    manager = as_staff("manager")
    page = manager.follow(manager.post(f"/refunds/{refund_id}/approve"))
    assert "No money was sent" in page.text
    assert "bank is disputing this payment" in page.text


def test_an_unknown_outcome_stands_on_the_page_of_unknowns(
    desk: Desk, as_staff: AsStaff, staff_app: Flask
) -> None:
    refund_id = desk.ask(desk.paid(), 1_000)
    desk.till.sandbox.control("faults", do="drop", where="after", times=3, **REFUNDS)
    manager = as_staff("manager")
    page = manager.follow(manager.post(f"/refunds/{refund_id}/approve"))
    assert "has not answered yet" in page.text
    assert "outcome is known" in manager.get("/payments/unknown").text
    with transaction() as session:  # as if the call had begun two hours ago
        begun = desk.till.now.replace(hour=12)
        session.execute(update(Refund).values(submitted_at=begun, lease_until=begun))
    unknown = manager.get("/payments/unknown").text
    assert "1 has been unknown for over an hour" in unknown
    assert "cannot send it twice" in unknown
    assert "unknown outcome, $10.00" in manager.get("/").text


def test_a_patient_reads_of_a_refund_that_came_back(
    desk: Desk, as_patient: Callable[..., PageClient]
) -> None:
    payment_id = desk.paid(card=COMES_BACK)
    desk.refunded(payment_id, 2_000)
    desk.till.sandbox.control("clock", advance=2 * 86_400)
    desk.till.deliver(*desk.till.sandbox.events())
    patient = as_patient(desk.till.account_id)
    text = patient.get(f"/receipts/{desk.till.payment(payment_id).receipt_number}").text
    assert "your bank returned it to us" in text
    assert "After refunds" not in text


def test_what_is_only_asked_for_is_not_told_to_the_patient(desk: Desk, patient_app: Flask) -> None:
    payment_id = desk.paid()
    desk.ask(payment_id, 2_000)
    login = make_login("patient", accounts=[desk.till.account_id])
    patient = signed_in(PageClient(patient_app), login)
    for path in ("/payments", f"/receipts/{desk.till.payment(payment_id).receipt_number}"):
        assert "back to your" not in patient.get(path).text
