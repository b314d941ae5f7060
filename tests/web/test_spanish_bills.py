"""A patient's way through bills, statements, paying and messages in Spanish: no English sentence is left (LANG-3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import transaction
from portal.models.statements import Statement, StatementDelivery
from portal.services.cut_statements import cut_statements
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.web.bills import NOW, ON, Bills, account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient
from tools import translations

PLACE = re.compile(r"%\(\w+\)s|\{who\}|<[^>]*>")
ENOUGH_WORDS = 3


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    """Of a practice that had its Spanish reviewed, with the stand-in as the card company."""
    return replace(
        settings,
        spanish_reviewed_by="Testa Sample, certified translator",
        stripe_secret_key=KEY,
        stripe_webhook_secret=SECRET,
        stripe_api_base=sandbox.url,
        checkout_origin=sandbox.url,
    )


@pytest.fixture
def bills(patient_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


@pytest.fixture
def statement(bills: Bills) -> str:
    [number] = cut_statements(on=ON, now=NOW, public_url="http://localhost:8000").numbers
    with transaction() as session:
        cut = session.scalars(select(Statement).where(Statement.number == number)).one()
        session.add(StatementDelivery(statement_id=cut.id, channel="paper", delivered_on=ON))
    return number


@pytest.fixture(scope="module")
def english() -> frozenset[str]:
    """Every run of words that only an English page says."""
    return frozenset(
        run
        for message in translations.catalogue()
        if message.id
        for words, said in zip(
            translations.forms(message.id), translations.forms(message.string), strict=True
        )
        for run in map(str.strip, PLACE.split(words))
        if len(re.findall(r"[A-Za-z]+", run)) >= ENOUGH_WORDS and run not in said
    )


def left_in_english(page: Page, english: frozenset[str]) -> list[str]:
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    return sorted(run for run in english if re.search(rf"(?<!\w){re.escape(run)}(?!\w)", text))


def walk(
    client: PageClient, bills: Bills, statement: str, sandbox: SandboxServer
) -> Iterator[Page]:
    """Every page of the way, in an order that a patient may take."""
    yield client.get("/bills")
    for visit in (bills.decided, bills.waiting, bills.held, bills.self_pay):
        yield client.get(f"/bills/{visit}")
    for more in ("entries", "compare", "ask"):
        yield client.get(f"/bills/{bills.decided}/{more}")
    for amount in ("", "60.00", "61.00"):
        yield client.post(f"/bills/{bills.decided}/compare", {"amount": amount}, expect=200)
    yield client.get(f"/statements/{statement}")
    chosen = client.get("/pay?amount=other")
    yield chosen
    wish = {"account": chosen.hidden("account"), "choice": "own_amount", "amount": "999"}
    yield client.post("/pay/review", wish, expect=200)
    review = client.get("/pay")
    yield review
    names = ("payment", "account", "scope", "visit", "cents")
    form = {name: review.hidden(name) for name in names}
    yield client.post("/pay/begin", form, expect=409)  # in New York first what a card takes away
    sent = client.post("/pay/begin", form | {"by": "card", "read": "y"}, expect=303)
    yield client.get(f"/pay/{review.hidden('payment')}")
    paid = sandbox.pay(sent.location).headers["Location"]
    yield client.follow(client.get(urlsplit(paid).path, expect=None))
    for path in ("/bills", f"/statements/{statement}", "/payments", "/credit", "/pay", "/messages"):
        yield client.get(path)
    yield client.get(next(p for p in client.get("/payments").links() if re.search(r"/20\d\d$", p)))
    yield client.follow(client.post("/messages", asked(client), expect=302))
    yield client.follow(client.get("/t/of-nobody", expect=None))
    for path in ("/text-link/over", "/text-link/closed"):
        yield client.get(path)


def asked(client: PageClient) -> dict[str, str]:
    page = client.get("/messages")
    return {"form_id": page.hidden("form_id"), "account": page.hidden("account"), "text": "¿Cómo?"}


def test_LANG_3_no_english_sentence_is_left_on_the_way_through_bills(
    bills: Bills,
    statement: str,
    english: frozenset[str],
    as_patient: Callable[..., PageClient],
    sandbox: SandboxServer,
) -> None:
    client = as_patient(bills.account_id)
    assert left_in_english(client.get("/bills"), english), "nothing would be found at all"
    client.post("/speak/es")
    for page in walk(client, bills, statement, sandbox):
        assert page.all("html")[0].get("lang") == "es", page.h1
        assert not left_in_english(page, english), page.h1
