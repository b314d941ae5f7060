"""A guest pays one account's bills at the stand-in, and keeps the receipt of that payment alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.payments import Payment
from portal.models.text_links import TextLink
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.people import messages
from tests.web.texted import as_guest, give_phone, link_for


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
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


@pytest.fixture
def guest(patient_app: Flask, till: Till, now: datetime) -> PageClient:
    patient_app.config["CLOCK"] = lambda: now
    give_phone(till.account_id)
    return as_guest(PageClient(patient_app), link_for(patient_app, till.account_id, now=now))


def fields(page: Page) -> dict[str, str]:
    return {name: page.hidden(name) for name in ("payment", "account", "scope", "visit", "cents")}


def chosen(client: PageClient, choice: str, amount: str = "") -> dict[str, str]:
    account = client.get("/pay?amount=other").hidden("account")
    wish = {"account": account, "choice": choice, "amount": amount}
    return fields(client.post("/pay/review", wish, expect=200))


def pay(client: PageClient, till: Till, form: dict[str, str]) -> Page:
    """Press Pay there, and come back by the redirect as the browser would."""
    sent = client.post("/pay/begin", form, expect=303)
    answer = till.sandbox.pay(sent.location)
    return client.follow(client.get(urlsplit(answer.headers["Location"]).path, expect=None))


def test_a_guest_pays_everything_and_reads_the_receipt(guest: PageClient, till: Till) -> None:
    receipt = pay(guest, till, fields(guest.get("/pay")))
    assert receipt.h1 == "Your receipt"
    assert "Keep or print this receipt" in receipt.text
    assert "e-mail" not in receipt.text
    pdf = guest.get(next(link for link in receipt.links() if link.endswith(".pdf")))
    assert pdf.response.mimetype == "application/pdf"
    till.agrees(18_240)
    assert messages("email") == [], "a guest has no address that we know to be theirs"


def test_a_guest_pays_one_bill_then_an_amount_of_its_own(guest: PageClient, till: Till) -> None:
    pay(guest, till, chosen(guest, f"bill-{till.visit_ids[1]}"))
    till.agrees(13_240)
    pay(guest, till, chosen(guest, "own_amount", "20"))
    till.agrees(15_240)


def test_HIPAA_3_the_payment_says_by_which_link_it_was_made(guest: PageClient, till: Till) -> None:
    pay(guest, till, fields(guest.get("/pay")))
    with transaction() as session:
        payment = session.scalars(select(Payment)).one()
        link_id = session.scalars(select(TextLink.id)).one()
        posted = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "payment_posted")
        ).one()
    assert (payment.login_id, payment.text_link_id) == (None, link_id)
    assert (posted.login_id, posted.role) == (None, f"text_link_{link_id}")


def test_a_second_guest_of_the_same_account_does_not_find_the_firsts_receipt(
    guest: PageClient, till: Till, patient_app: Flask, now: datetime
) -> None:
    receipt = pay(guest, till, fields(guest.get("/pay"))).response.request.path
    second = as_guest(PageClient(patient_app), link_for(patient_app, till.account_id, now=now))
    second.get(receipt, expect=404)
    guest.get(receipt, expect=200)


def test_the_owner_finds_what_a_guest_paid(
    guest: PageClient, till: Till, as_patient: Callable[..., PageClient]
) -> None:
    receipt = pay(guest, till, fields(guest.get("/pay"))).response.request.path
    owner = as_patient(till.account_id)
    owner.get(receipt, expect=200)
    assert "Receipt R-" in owner.get("/payments").text


def test_paid_when_the_visit_was_over_counts_and_the_page_says_so(
    guest: PageClient, till: Till, patient_app: Flask, now: datetime
) -> None:
    sent = guest.post("/pay/begin", fields(guest.get("/pay")), expect=303)
    answer = till.sandbox.pay(sent.location)
    patient_app.config["CLOCK"] = lambda: now + timedelta(minutes=31)
    back = guest.follow(guest.get(urlsplit(answer.headers["Location"]).path, expect=302))
    assert back.h1 == "Your bill is closed"
    assert "Did you just pay? Then your payment counts." in back.text
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)


def test_card_testing_a_link_starts_five_payments_in_a_quarter_of_an_hour(
    guest: PageClient, till: Till
) -> None:
    for cents in range(100, 105):
        form = chosen(guest, "own_amount", f"{cents / 100:.2f}")
        guest.post("/pay/begin", form, expect=303)
    form = chosen(guest, "own_amount", "1.05")
    assert guest.post("/pay/begin", form, expect=429).h1 == "Please wait a little"
    assert till.taken() == 0
