"""A patient's way through saving a card, signing for autopay and stopping it, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.accounts import GuarantorAccount
from portal.models.card_notices import CardNotice
from portal.models.payment_methods import MethodConsent, PaymentAuthorisation, PaymentMethod
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.autopay_world import Payer, jobs
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient


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
def patient_app(patient_app: Flask, till: Till) -> Flask:
    patient_app.config["CLOCK"] = lambda: till.now
    return patient_app


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


@pytest.fixture
def client(till: Till, as_patient: Callable[..., PageClient]) -> PageClient:
    return as_patient(till.account_id)


def save(client: PageClient, till: Till, **more: str) -> Page:
    """Add a card as people do."""
    form = client.get("/pay/methods/add")
    sent = {"account": str(till.account_id), "setup": form.hidden("setup"), "keep": "y", **more}
    away = client.post("/pay/methods/add", sent, expect=303).location
    back = till.sandbox.pay(away).headers["Location"]
    return client.follow(client.get(urlsplit(back).path, expect=303))


def test_PLAN_9_a_card_is_kept_after_a_yes_that_was_not_ticked_for_one(
    client: PageClient, till: Till
) -> None:
    page = client.get("/pay/methods")
    assert "You saved no way to pay" in page.text
    form = client.get("/pay/methods/add")
    assert 'name="keep"' in form.source
    assert " checked" not in form.source
    refused = client.post(
        "/pay/methods/add",
        {"account": str(till.account_id), "setup": form.hidden("setup")},
        expect=200,
    )
    assert "Enter a tick to go on" in refused.text
    page = save(client, till)
    assert "It is saved" in page.text
    assert "Visa ending 4242" in page.text
    assert "Works until December 31, 2034" in page.text
    assert "Used first" in page.text
    with read_only() as session:
        consent = session.scalars(select(MethodConsent)).one()
    assert "I can remove it at any time" in consent.text
    assert consent.ip


def test_PLAN_8_autopay_is_chosen_read_signed_and_stopped_in_one_press(
    client: PageClient, till: Till, as_patient: Callable[..., PageClient]
) -> None:
    assert "first save a card" in client.get("/pay/autopay").text
    save(client, till)
    assert "Nothing depends on it" in client.get("/pay/autopay").text
    with read_only() as session:
        method = session.scalars(select(PaymentMethod.id)).one()
    wrong = {"account": till.account_id, "method": method, "cap": "0", "day": "32"}
    page = client.post("/pay/autopay/choose", wrong, expect=200)
    assert "Enter a day from 1 to 31" in page.text
    wish = {**wrong, "cap": "200", "day": "16"}
    away = client.post("/pay/autopay/choose", wish, expect=303).location
    paper = client.get(away)
    for part in ("never more than $200.00", "Visa ending 4242", "I do not have to do this"):
        assert part in paper.text
    asked = {"account": till.account_id, "method": method, "cap": 20_000, "day": 16}
    signed = {**asked, "paper": paper.hidden("paper"), "agree": "y", "name": "Testa Sample"}
    unsigned = client.post("/pay/autopay/sign", {**signed, "name": "", "agree": ""}, expect=200)
    assert "Enter your full name" in unsigned.text
    other = client.post("/pay/autopay/sign", {**signed, "cap": 90_000}, expect=409)
    assert "The words have changed" in other.text
    copy = client.post("/pay/autopay/sign", signed, expect=303).location
    assert "Testa Sample" in client.get(copy).text
    till.now += timedelta(days=2)
    Payer(till).morning()
    client = as_patient(till.account_id)
    page = client.get("/pay/autopay")
    assert "Next payment" in page.text
    assert "$182.40" in page.text
    assert "on March 16, 2026, or less" in page.text
    assert "Autopay draws from it" in client.get("/pay/methods").text
    assert "Autopay stops" in client.get(f"/pay/methods/{method}/remove").text
    with read_only() as session:
        authorisation = session.scalars(select(PaymentAuthorisation.id)).one()
    client.post(f"/pay/autopay/{authorisation}/stop", {}, expect=303)
    page = client.get("/pay/autopay")
    assert "Autopay is off" in page.text
    assert "You stopped it" in page.text
    assert "This ended on" in client.get(copy).text


def test_PLAN_10_a_draft_that_failed_says_why_and_what_comes_next(
    till: Till, as_patient: Callable[..., PageClient]
) -> None:
    payer = Payer(till)
    card = payer.save(number="4000000000000341")
    payer.sign(card)
    payer.live_until(date(2026, 3, 16))
    payer.behave(card, "4000000000009995")
    payer.draw()
    page = as_patient(till.account_id).get("/pay/autopay")
    for part in ("Did not go through", "There was not enough money", "We try again on March 17"):
        assert part in page.text


def test_PLAN_18_in_new_york_the_notice_is_read_before_a_card_is_kept(
    client: PageClient, till: Till
) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, till.account_id).state = "NY"
    form = client.get("/pay/methods/add")
    sent = {"account": str(till.account_id), "setup": form.hidden("setup"), "keep": "y"}
    page = client.post("/pay/methods/add", sent, expect=200)
    assert "no longer medical debt" in page.text
    with read_only() as session:
        assert session.scalars(select(MethodConsent)).all() == []
    client.post("/pay/methods/add", {**sent, "read": "y"}, expect=303)
    with read_only() as session:
        assert session.scalars(select(CardNotice.guarantor_account_id)).all() == [till.account_id]


def test_a_card_near_its_end_is_told_on_the_page_and_by_letter(
    client: PageClient, till: Till
) -> None:
    payer = Payer(till)
    payer.save()
    card = {"exp_month": 3, "exp_year": 2026}
    till.sandbox.control("webhooks", mode="hold")
    [method] = payer.methods()
    till.sandbox.control("renew_card", method=method.provider_id, card=card)
    events = [e for e in till.sandbox.events() if e.type == "payment_method.automatically_updated"]
    assert till.deliver(*events) == ["moved"]
    assert "Soon out of date" in client.get("/pay/methods").text
    payer.morning()
    payer.morning()
    assert payer.letters("method_expiring") == ["method_expiring"]
    till.sandbox.control("reset")


def test_a_way_to_pay_that_was_taken_away_at_the_card_company_is_gone_here_too(
    client: PageClient, till: Till
) -> None:
    payer = Payer(till)
    card = payer.save()
    payer.sign(card)
    till.sandbox.control("webhooks", mode="hold")
    till.gateway.detach_method(card.provider_id)
    events = [e for e in till.sandbox.events() if e.type == "payment_method.detached"]
    assert till.deliver(*events) == ["moved"]
    assert payer.autopay_states() == ["stopped"]
    assert "You saved no way to pay" in client.get("/pay/methods").text
    till.sandbox.control("reset")


def test_a_setup_whose_answer_was_lost_is_kept_when_its_event_comes(
    client: PageClient, till: Till
) -> None:
    form = client.get("/pay/methods/add")
    sent = {"account": str(till.account_id), "setup": form.hidden("setup"), "keep": "y"}
    till.sandbox.control("webhooks", mode="hold")
    away = client.post("/pay/methods/add", sent, expect=303).location
    with transaction() as session:
        session.scalars(select(MethodConsent)).one().session_id = None
    assert client.post("/pay/methods/add", sent, expect=303).location == away
    with transaction() as session:
        session.scalars(select(MethodConsent)).one().session_id = None
    till.sandbox.pay(away)
    events = [e for e in till.sandbox.events() if e.type == "checkout.session.completed"]
    assert till.deliver(*events, *events) == ["moved", "duplicate"]
    assert "Visa ending 4242" in client.get("/pay/methods").text
    till.sandbox.control("reset")


def test_PLAN_9_what_is_paid_with_is_kept_only_after_a_tick(
    client: PageClient, till: Till, database_url: str
) -> None:
    schedule.register()
    for tick, kept in (({}, 0), ({"keep": "y"}, 1)):
        account = client.get("/pay?amount=other").hidden("account")
        chosen = {"account": account, "choice": "own_amount", "amount": "20"}
        page = client.post("/pay/review", chosen, expect=200)
        assert " checked" not in page.source
        names = ("payment", "account", "scope", "visit", "charges", "part", "more", "cents")
        sent = {name: page.hidden(name) for name in names} | tick
        away = client.post("/pay/begin", sent, expect=303).location
        back = till.sandbox.pay(away).headers["Location"]
        client.get(urlsplit(back).path, expect=303)
        jobs(Payer(till), database_url)
        assert len(Payer(till).methods()) == kept
    with read_only() as session:
        [consent] = session.scalars(select(MethodConsent)).all()
    assert consent.payment_id == till.payments()[-1].id
    assert "Visa ending 4242" in client.get("/pay/methods").text


def test_PLAN_7_the_office_stops_it_with_a_reason_and_the_patient_is_told(
    till: Till, as_staff: Callable[[str], PageClient]
) -> None:
    payer = Payer(till)
    signed = payer.sign(payer.save())
    office = as_staff("front_desk")
    page = office.get(f"/accounts/{till.account_id}/drafts")
    assert "Visa ending 4242" in page.text
    address = f"/accounts/{till.account_id}/drafts/{signed}/stop"
    assert "Enter a reason" in office.post(address, {"reason": ""}, expect=200).text
    office.post(address, {"reason": "They called."}, expect=302)
    assert "They called." in office.get(f"/accounts/{till.account_id}/drafts").text
    assert payer.autopay_states() == ["stopped"]
    assert payer.letters("autopay_stopped") == ["autopay_stopped"]
    assert as_staff("auditor").get(address, expect=403)
