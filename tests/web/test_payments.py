"""A patient's way through paying, page by page, with the stand-in as the card company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal import queue
from portal.config import Settings
from portal.db import read_only
from portal.jobs import schedule
from portal.models.audit import AuditEvent
from tests.sandbox_server import DECLINED, KEY, SECRET, SandboxServer
from tests.services.till import Till, open_till, open_tills
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, messages


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        stripe_secret_key=KEY,
        stripe_webhook_secret=SECRET,
        stripe_api_base=sandbox.url,
        checkout_origin=sandbox.url,
    )


@pytest.fixture
def patient_app(patient_app: Flask, now: datetime) -> Flask:
    patient_app.config["CLOCK"] = lambda: now
    return patient_app


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


@pytest.fixture
def client(till: Till, as_patient: Callable[..., PageClient]) -> PageClient:
    return as_patient(till.account_id)


def fields(page: Page) -> dict[str, str]:
    return {name: page.hidden(name) for name in ("payment", "account", "scope", "visit", "cents")}


def review(client: PageClient, choice: str = "all", amount: str = "") -> Page:
    account = client.get("/pay?amount=other").hidden("account")
    chosen = {"account": account, "choice": choice, "amount": amount}
    return client.post("/pay/review", chosen, expect=200)


def back(client: PageClient, location: str) -> Page:
    """Come back from the card company as the browser would."""
    return client.follow(client.get(urlsplit(location).path, expect=None))


def test_paying_everything_ends_at_the_receipt(
    client: PageClient, till: Till, sandbox: SandboxServer
) -> None:
    choices = client.get("/pay?amount=other")
    assert "All that is due now: $182.40" in choices.text
    assert "$50.00 for Office visit (Testa, Jan 12, 2026)" in choices.text
    checked = client.get("/pay")
    assert checked.h1 == "Pay your bills"
    assert "You pay $182.40" in checked.text
    sent = client.post("/pay/begin", fields(checked), expect=303)
    assert sent.location.startswith(sandbox.url)
    shown = back(client, sandbox.pay(sent.location).headers["Location"])
    assert shown.h1 == "Your receipt"
    assert "Thank you. We received your payment" in shown.text
    assert "Visa card ending in 4242" in shown.text
    pdf = client.get(next(link for link in shown.links() if link.endswith(".pdf")))
    assert pdf.response.mimetype == "application/pdf"
    assert "Receipt R-" in client.get("/payments").text
    till.agrees(18_240)


def test_pressing_pay_twice_leads_to_the_same_page(client: PageClient) -> None:
    form = fields(review(client))
    first = client.post("/pay/begin", form, expect=303)
    assert client.post("/pay/begin", form, expect=303).location == first.location


def test_one_bill_is_reviewed_before_it_is_paid(client: PageClient, till: Till) -> None:
    bill = till.visit_ids[1]
    for checked in (client.get(f"/pay?bill={bill}"), review(client, f"bill-{bill}")):
        assert "You pay $132.40" in checked.text
        assert "Jan 12" not in checked.text
        assert checked.hidden("visit") == str(bill)


def test_STMT_21_own_amount_shows_its_split_before_and_after(
    client: PageClient, sandbox: SandboxServer
) -> None:
    checked = review(client, "own_amount", "70")
    assert "$50.00 $0.00" in checked.text
    assert "$20.00 $112.40" in checked.text
    sent = client.post("/pay/begin", fields(checked), expect=303)
    shown = back(client, sandbox.pay(sent.location).headers["Location"])
    assert "$50.00" in shown.text
    assert "$20.00" in shown.text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("182.41", "more than you owe"),
        ("0.20", "smallest amount"),
        ("", "Enter an amount"),
        ("-5", "Enter an amount"),
        ("fifty", "Enter an amount"),
    ],
)
def test_own_amount_is_checked_with_its_reason(client: PageClient, amount: str, words: str) -> None:
    page = review(client, "own_amount", amount)
    assert page.h1 == "Choose how much to pay"
    assert words in page.text


def test_leaving_the_card_page_says_that_nothing_was_charged(
    client: PageClient, sandbox: SandboxServer
) -> None:
    sent = client.post("/pay/begin", fields(review(client)), expect=303)
    sandbox.pay(sent.location, DECLINED)
    [session] = sandbox.client.v1.checkout.sessions.list().data
    left = back(client, session.cancel_url or "")
    assert left.h1 == "You have not paid yet"
    assert "You were not charged" in left.text
    again = client.post("/pay/begin", fields(left), expect=303)
    assert again.location == sent.location


def test_expired_page_says_so_and_offers_a_new_start(
    client: PageClient, sandbox: SandboxServer
) -> None:
    form = fields(review(client))
    client.post("/pay/begin", form, expect=303)
    sandbox.control("clock", advance=3600)
    page = client.get(f"/pay/{form['payment']}")
    assert page.h1 == "You did not pay"
    assert "/pay?account=" in " ".join(page.links())


def test_lost_answer_says_we_are_checking(client: PageClient, sandbox: SandboxServer) -> None:
    form = fields(review(client))
    sandbox.control("faults", do="drop", times=9, path="/v1/checkout/sessions")
    sent = client.post("/pay/begin", form, expect=303)
    page = client.follow(sent)
    assert page.h1 == "We are checking your payment"
    assert "do not pay again" in page.text


def test_PAY_5_a_payment_of_unknown_outcome_is_told_everywhere_and_nobody_is_asked_to_pay_again(
    client: PageClient, till: Till, sandbox: SandboxServer
) -> None:
    form = fields(review(client))
    sandbox.control("faults", do="drop", times=99, path="/v1/checkout/sessions")
    client.post("/pay/begin", form, expect=303)
    bill = f"/bills/{till.visit_ids[0]}"
    for path in ("/bills", bill, "/pay", "/pay?amount=other", f"/pay?bill={till.visit_ids[0]}"):
        page = client.get(path)
        assert page.text.count("We are checking your payment of $182.40.") == 1, path
        assert "you can pay here again" in page.text, path
        assert f"/pay/{form['payment']}" in page.links(), "where to ask again"
        assert not [link for link in page.links() if link.startswith("/pay?")], path
        assert not [f for f in page.all("form") if "/pay/" in f.get("action", "")], path
    assert "We are checking it" in client.get("/payments").text
    refused = client.post("/pay/begin", {**form, "payment": str(uuid4())}, expect=None)
    assert refused.h1 == "We are still checking your last payment"


def test_PAY_5_a_return_that_nobody_could_answer_hides_pay_until_somebody_does(
    client: PageClient, till: Till, sandbox: SandboxServer
) -> None:
    form = fields(review(client))
    client.post("/pay/begin", form, expect=303)
    assert "Pay $182.40" in client.get("/bills").text, "a page that only waits was not charged"
    sandbox.control("faults", do="drop", times=9, path="/v1/checkout/sessions")
    shown = client.get(f"/pay/{form['payment']}/return", expect=200)
    assert shown.h1 == "We are checking your payment"
    told = client.get("/bills")
    assert "We are checking your payment of $182.40." in told.text
    assert "Pay $182.40" not in told.text
    sandbox.control("faults")
    assert client.get(f"/pay/{form['payment']}").h1 == "You have not paid yet"
    assert "Pay $182.40" in client.get("/bills").text
    till.agrees(0)


def test_bank_debit_is_on_its_way(client: PageClient, sandbox: SandboxServer) -> None:
    sent = client.post("/pay/begin", fields(review(client)), expect=303)
    answer = sandbox.pay(sent.location, account="000123456789")
    assert back(client, answer.headers["Location"]).h1 == "Your payment is on its way"
    assert "On its way" in client.get("/payments").text
    for path in ("/bills", "/pay", "/pay?amount=other"):
        told = client.get(path).text
        assert "$182.40 is on its way from your bank." in told
        assert "Please do not pay it again." in told
    bills = client.get("/bills")
    assert "Pay $182.40" not in bills.text
    assert "/pay?bill=" not in bills.source, "nor on the card of a single bill"
    assert bills.text.count("is on its way") == 1
    assert not [f for f in client.get("/pay").all("form") if f.get("action") == "/pay/begin"]


def test_a_bank_debit_for_one_account_leaves_the_bills_of_the_other_payable(
    database_url: str,
    sandbox: SandboxServer,
    now: datetime,
    as_patient: Callable[..., PageClient],
) -> None:
    paying, other = open_tills(sandbox, now, ["one@example.com", "two@example.com"])
    client = as_patient(paying.account_id)
    sent = client.post("/pay/begin", fields(review(client)), expect=303)
    back(client, sandbox.pay(sent.location, account="000123456789").headers["Location"])
    household = as_patient(paying.account_id, other.account_id)
    payable = [link for link in household.get("/bills").links() if "bill=" in link]
    assert [link.split("bill=")[1] for link in payable] == [
        str(visit_id) for visit_id in reversed(other.visit_ids)
    ]


def test_HIPAA_18_another_patient_finds_nothing(
    client: PageClient, till: Till, sandbox: SandboxServer, as_patient: Callable[..., PageClient]
) -> None:
    form = fields(review(client))
    sent = client.post("/pay/begin", form, expect=303)
    shown = back(client, sandbox.pay(sent.location).headers["Location"])
    receipt = shown.response.request.path
    other = as_patient(make_account())
    for path in (f"/pay/{form['payment']}", receipt, f"{receipt}/receipt.pdf"):
        other.get(path, expect=404)
    other.get(f"/pay?account={till.account_id}", expect=404)
    other.post("/pay/begin", {**form, "payment": str(uuid4())}, expect=404)
    assert "R-" not in other.get("/payments").text


def test_HIPAA_3_a_refused_try_names_the_account_it_was_for(
    client: PageClient, till: Till, as_patient: Callable[..., PageClient]
) -> None:
    form = {**fields(review(client)), "payment": str(uuid4())}
    as_patient(make_account()).post("/pay/begin", form, expect=404)
    with read_only() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.outcome == "refused").order_by(AuditEvent.id.desc())
        ).first()
    assert event is not None
    assert (event.action, event.object_type) == ("create", "payments")
    assert (event.object_id, till.account_id in event.account_ids) == (form["payment"], True)


def test_tampered_fields_are_refused(client: PageClient, till: Till) -> None:
    form = fields(review(client))
    wrong = ({"payment": "x"}, {"cents": "1e3"}, {"scope": "gift"}, {"account": ""})
    for change in (*wrong, {"account": "-1"}, {"account": str(2**63)}):
        client.post("/pay/begin", {**form, **change}, expect=400)
    page = client.post("/pay/begin", {**form, "cents": "100"}, expect=409)
    assert page.h1 == "You were not charged"
    assert till.sandbox.client.v1.checkout.sessions.list().data == []


def test_events_at_the_webhook_post_the_money_through_the_queue(
    client: PageClient, till: Till, patient_app: Flask, database_url: str, now: datetime
) -> None:
    sent = client.post("/pay/begin", fields(review(client)), expect=303)
    till.sandbox.pay(sent.location)
    stranger = patient_app.test_client()
    for event in till.sandbox.events() * 2:
        headers = {"Stripe-Signature": event.signature}
        answer = stranger.post("/webhooks/stripe", data=event.body, headers=headers)
        assert answer.status_code == 200
    assert till.taken() == 0, "a webhook only stores and enqueues"
    schedule.register()
    doors = replace(patient_app.extensions["kindbill"], email=Letters())
    queue.run_due(database_url, doors, now=now)
    till.agrees(18_240)


class Letters:
    """Nobody reads the mail of this test."""

    def send(self, **_letter: str) -> object:
        from portal.ports import Accepted

        return Accepted(provider_id="<one@example.com>")


def test_PLAN_17_a_receipt_is_e_mailed_again_three_times_a_day_without_what_it_was_for(
    client: PageClient, till: Till, sandbox: SandboxServer, as_staff: Callable[[str], PageClient]
) -> None:
    sent = client.post("/pay/begin", fields(client.get("/pay")), expect=303)
    receipt = back(client, sandbox.pay(sent.location).headers["Location"])
    path = receipt.response.request.path
    before = len(messages())
    for _ in range(2):
        again = client.follow(client.post(f"{path}/send", {}, expect=303))
        assert "We sent it to your e-mail address." in again.text
    desk = as_staff("front_desk")
    desk.post(f"/accounts/{till.account_id}{path}/send", {}, expect=302)
    letters = messages()[before:]
    assert len(letters) == 3
    for letter in letters:
        assert (letter.subject, "$" in letter.body) == ("We received your payment", False)
        assert path in letter.body
    client.post(f"{path}/send", {}, expect=409)
    assert len(messages()) == before + 3
