"""PLAN-18: a New York patient reads what a card costs them in protection before any card, each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from portal.config import Settings
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.card_notices import CardNotice
from portal.services.card_notice import SENTENCES, TEXT_HASH, NeedsCardNotice
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.texted import as_guest, give_phone, link_for

PAY = ("payment", "account", "scope", "visit", "cents")


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
    """The till's account, with an address in New York."""
    patient_app.config["CLOCK"] = lambda: now
    found = open_till(sandbox, now)
    _live_in(found, "NY")
    return found


def _live_in(till: Till, state: str) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, till.account_id).state = state


def notices() -> list[CardNotice]:
    with transaction() as session:
        return list(session.scalars(select(CardNotice)))


def form_of(page: Page) -> dict[str, str]:
    return {name: page.hidden(name) for name in PAY}


def begun(client: PageClient, till: Till) -> tuple[Page, dict[str, str]]:
    form = form_of(client.get(f"/pay?account={till.account_id}"))
    return client.post("/pay/begin", form, expect=409), form


def test_PLAN_18_no_card_page_opens_before_the_notice_was_read_and_each_reading_is_kept(
    till: Till, as_patient: Callable[..., PageClient]
) -> None:
    client = as_patient(till.account_id)
    shown, form = begun(client, till)
    assert shown.h1 == "Before you pay by card"
    for sentence in SENTENCES:
        assert sentence in shown.text
    assert till.payments() == [], "nothing was started"
    again = client.post("/pay/begin", {**form, "by": "card"}, expect=409)
    assert "Tick the box" in again.text
    client.post("/pay/begin", {**form, "read": "y"}, expect=409)  # the page sends both
    read = {**form, "by": "card", "read": "y"}
    sent = client.post("/pay/begin", read, expect=303)
    assert client.post("/pay/begin", read, expect=303).location == sent.location
    [kept] = notices()
    assert (str(kept.payment_id), kept.login_id) == (form["payment"], client.login_id)
    assert (kept.text_hash, kept.language) == (TEXT_HASH, "en")
    till.sandbox.pay(sent.location)
    till.look(till.payments()[0].id)
    till.agrees(18_240)


def test_PLAN_18_a_bank_account_asks_for_no_notice_and_its_page_takes_no_card(
    till: Till, as_patient: Callable[..., PageClient]
) -> None:
    client = as_patient(till.account_id)
    _, form = begun(client, till)
    sent = client.post("/pay/begin", {**form, "by": "bank"}, expect=303)
    assert notices() == []
    [session] = till.sandbox.client.v1.checkout.sessions.list().data
    assert session.payment_method_types == ["us_bank_account"]
    assert till.sandbox.pay(sent.location).status_code == 400, "a card is refused there"
    assert till.sandbox.pay(sent.location, account="000123456789").status_code == 303
    page = client.get(urlsplit(session.success_url or "").path)
    assert page.h1 == "Your payment is on its way"


def test_PLAN_18_asks_guests_and_whoever_pays_for_a_child_there_and_nobody_elsewhere(
    till: Till, patient_app: Flask, now: datetime
) -> None:
    _live_in(till, "MD")
    give_phone(till.account_id)
    guest = as_guest(PageClient(patient_app), link_for(patient_app, till.account_id, now=now))
    guest.post("/pay/begin", form_of(guest.get("/pay")), expect=303)
    with transaction() as session:
        session.execute(update(Patient).values(state="NY"))
    _, form = begun(guest, till)
    guest.post("/pay/begin", {**form, "by": "card", "read": "y"}, expect=303)
    assert [kept.login_id for kept in notices()] == [None]


def test_PLAN_18_the_service_itself_refuses_and_what_was_read_cannot_be_changed(
    till: Till, as_patient: Callable[..., PageClient]
) -> None:
    with pytest.raises(NeedsCardNotice):
        till.start()
    client = as_patient(till.account_id)
    _, form = begun(client, till)
    client.post("/pay/begin", {**form, "by": "card", "read": "y"}, expect=303)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
        session.execute(update(CardNotice).values(text_hash="other"))
