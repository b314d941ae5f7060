"""PLAN-19: paying by a statement's code. Who answers the questions sees a total, pays, and learns nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from billing.money import Money
from portal.config import Settings
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent
from portal.models.pay_links import PayLink
from portal.models.payments import Payment
from tests.sandbox_server import DECLINED, KEY, SECRET, SandboxServer
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.paying import answer, as_payer, statement_code
from tests.web.test_uniform_time import PAD, alike, timed
from tests.web.texted import give_phone

PAY = ("payment", "account", "scope", "visit", "cents")
NO_MATCH = "We could not match these."


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
def till(patient_app: Flask, sandbox: SandboxServer, now: datetime) -> Till:
    patient_app.config["CLOCK"] = lambda: now
    found = open_till(sandbox, now)
    give_phone(found.account_id)  # and with it birth date and ZIP
    return found


@pytest.fixture
def code(patient_app: Flask, till: Till, now: datetime) -> str:
    return statement_code(patient_app, till.account_id, now=now)


@pytest.fixture
def payer(patient_app: Flask, code: str) -> PageClient:
    return as_payer(PageClient(patient_app), code)


def form_of(page: Page) -> dict[str, str]:
    return {name: page.hidden(name) for name in PAY}


def paid(client: PageClient, till: Till, form: dict[str, str]) -> Page:
    sent = client.post("/pay-statement/begin", form, expect=303)
    there = till.sandbox.pay(sent.location)
    return client.follow(client.get(urlsplit(there.headers["Location"]).path, expect=None))


def test_PLAN_19_the_page_shows_the_live_total_and_the_practice_and_nothing_of_care(
    payer: PageClient, till: Till
) -> None:
    page = payer.get("/pay-statement/amount")
    assert "$182.40" in page.text
    for told in ("Testa", "Sample", "Office visit", "Jan 12", "$50.00", "$132.40", "1986"):
        assert told not in page.text, told
    thanks = paid(payer, till, form_of(page))
    assert thanks.h1 == "Thank you"
    assert re.search(r"R-[0-9A-F]{10}", thanks.text)
    for told in ("Testa", "Office visit", "Jan 12", "Jan 20", "$50.00"):
        assert told not in thanks.text, told
    assert "Nothing is owed now" in payer.get("/pay-statement/amount").text
    till.agrees(18_240)
    with transaction() as session:
        payment = session.scalars(select(Payment)).one()
        link = session.scalars(select(PayLink)).one()
        posted = select(AuditEvent).where(AuditEvent.action == "payment_posted")
        assert payment.pay_link_id == link.id
        assert session.scalars(posted).one().role == f"pay_link_{link.id}"


def test_PLAN_19_every_page_of_an_account_stays_closed(payer: PageClient, till: Till) -> None:
    for path in ("/bills", f"/bills/{till.visit_ids[0]}", "/pay", "/payments", "/credit"):
        assert "/sign-in" in payer.get(path, expect=302).location, path
    form = form_of(payer.get("/pay-statement/amount"))
    assert "/sign-in" in payer.post("/pay/begin", form, expect=302).location
    one_bill = {**form, "scope": "bill", "visit": str(till.visit_ids[0]), "cents": "5000"}
    payer.post("/pay-statement/begin", one_bill, expect=400)
    payer.post("/pay-statement/begin", {**form, "account": "999"}, expect=404)
    assert till.payments() == []


def test_PLAN_19_another_amount_is_checked_and_a_decline_can_be_tried_again(
    payer: PageClient, till: Till
) -> None:
    payer.get("/pay-statement/amount?amount=other")
    for typed, words in (("182.41", "more than you owe"), ("0.20", "smallest"), ("-1", "Enter an")):
        assert words in payer.post("/pay-statement/review", {"amount": typed}, expect=200).text
    form = form_of(payer.post("/pay-statement/review", {"amount": "20"}, expect=200))
    sent = payer.post("/pay-statement/begin", form, expect=303)
    assert payer.post("/pay-statement/begin", form, expect=303).location == sent.location
    till.sandbox.pay(sent.location, DECLINED)
    left = payer.follow(payer.get(f"/pay/{form['payment']}/cancelled", expect=302))
    assert left.h1 == "You have not paid yet"
    assert paid(payer, till, form_of(left)).h1 == "Thank you"
    till.agrees(2_000)
    with transaction() as session:
        assert session.scalars(select(Payment.amount)).one() == Money(2_000)


def test_PLAN_19_an_old_statement_leads_to_the_live_balance(
    payer: PageClient, till: Till, code: str, patient_app: Flask, now: datetime
) -> None:
    till.look(till.paid(till.choose("bill", visit=till.visit_ids[1])).payment_id)
    patient_app.config["CLOCK"] = lambda: now + timedelta(days=200)
    later = as_payer(PageClient(patient_app), code)
    assert "$50.00" in later.get("/pay-statement/amount").text
    closed = payer.follow(payer.get("/pay-statement/amount", expect=302))
    assert closed.h1 == "This page is closed", "the visit from then is over"


def test_PLAN_19_every_failure_reads_the_same_and_is_counted(
    patient_app: Flask, till: Till, code: str, now: datetime
) -> None:
    revoked = statement_code(patient_app, till.account_id, now=now)
    with transaction() as session:
        newest = select(PayLink.id).order_by(PayLink.id.desc()).limit(1).scalar_subquery()
        session.execute(update(PayLink).where(PayLink.id == newest).values(revoked_at=now))
    tries = [
        ("ABCD-EFGH-JKMN", "4/28/1986", "20852"),  # nobody's
        (revoked, "4/28/1986", "20852"),
        (code, "4/29/1986", "20852"),
        (code, "4/28/1986", "99999"),
    ]
    answers = {
        re.sub(r'value="[^"]*"', "", answer(PageClient(patient_app), *one).source) for one in tries
    }
    assert len(answers) == 1
    assert NO_MATCH in answers.pop()
    with transaction() as session:
        failed = select(AuditEvent).where(AuditEvent.action == "pay_link_failed")
        assert len(session.scalars(failed).all()) == len(tries)
    for _ in range(3):
        assert NO_MATCH in answer(PageClient(patient_app), code, "1/1/1990").text
    waits = answer(PageClient(patient_app), code)
    assert "too many tries" in waits.text, (
        "even the right answers, once the code had five wrong ones"
    )


def test_PLAN_19_ID_4_a_code_of_ours_and_nobodys_take_the_same_time(
    patient_app: Flask, till: Till, now: datetime
) -> None:
    patient_app.config["PAD_SECONDS"] = PAD
    with transaction() as session:
        session.get_one(GuarantorAccount, till.account_id).postal_code = "20852"
    client = PageClient(patient_app)

    def samples(*, known: bool) -> Iterator[float]:
        for number in count():
            at = now + timedelta(days=2 * number)
            patient_app.config["CLOCK"] = partial(datetime.fromtimestamp, at.timestamp(), UTC)
            mine = statement_code(patient_app, till.account_id, now=now) if known else ""
            said = {"code": mine or "ABCD-EFGH-JKMN", "birth_on": "1/1/1990"}
            yield timed(
                client, "/pay-statement", {**said, "postal_code": "99999"}, host=number * 2 + known
            )

    alike(samples(known=True), samples(known=False))


def test_PLAN_19_the_square_takes_the_code_out_of_the_address_and_asks_the_rest(
    patient_app: Flask, till: Till, code: str, as_patient: Callable[..., PageClient]
) -> None:
    client = PageClient(patient_app)
    tapped = client.get(f"/p/{code.replace('-', '')}", expect=302)
    assert tapped.location == "/pay-statement/link"
    assert tapped.response.headers["Referrer-Policy"] == "no-referrer"
    asked = client.get("/pay-statement/link")
    assert code not in asked.source
    said = {"birth_on": "4/28/1986", "postal_code": "20852"}
    assert client.post("/pay-statement/link", said).location == "/pay-statement/amount"
    form = form_of(client.get("/pay-statement/amount"))
    client.follow(client.post("/pay-statement/leave", {}))
    answered = client.post("/pay-statement/begin", form)
    assert answered.location == "/pay-statement", "who left starts again"
    owner = as_patient(till.account_id)
    assert owner.get("/pay-statement/amount", expect=302).location == "/pay-statement"
    assert till.payments() == []


def test_PLAN_19_card_testing_five_payments_in_a_quarter_of_an_hour_and_no_more(
    payer: PageClient, till: Till
) -> None:
    for cents in range(100, 105):
        page = payer.post("/pay-statement/review", {"amount": f"{cents / 100:.2f}"}, expect=200)
        payer.post("/pay-statement/begin", form_of(page), expect=303)
    page = payer.post("/pay-statement/review", {"amount": "1.05"}, expect=200)
    payer.post("/pay-statement/begin", form_of(page), expect=429)
    assert till.taken() == 0
