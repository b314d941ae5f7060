"""Chosen lines, two cards for one bill, money ahead of a bill, more than is due, and credit that pays (PLAN-17, STMT-21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from billing import entries
from billing.ledger import Party
from billing.money import Money
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.claims import Charge, Visit
from portal.models.payments import PaymentAllocation
from portal.queries.balances import balances
from portal.services.post_entry import post_entry
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.ledger_book import Book
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.people import make_account

PAY = ("payment", "account", "scope", "visit", "charges", "part", "more", "cents")
SPLIT = ("account", "scope", "visit", "charges", "cents")


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
    return open_till(sandbox, now)


@pytest.fixture
def client(till: Till, as_patient: Callable[..., PageClient]) -> PageClient:
    return as_patient(till.account_id)


@pytest.fixture
def charges(till: Till) -> list[int]:
    """The charges of the two bills, older first."""
    with read_only() as session:
        return list(session.scalars(select(Charge.id).order_by(Charge.service_on)))


def hidden(page: Page, names: tuple[str, ...]) -> dict[str, str]:
    forms = [f for f in page.all("form") if f.get("action") == "/pay/begin"]
    assert forms or names is SPLIT, page.text
    return {name: page.hidden(name) for name in names}


def paid(client: PageClient, till: Till, checked: Page) -> Page:
    sent = client.post("/pay/begin", hidden(checked, PAY), expect=303)
    there = till.sandbox.pay(sent.location)
    return client.follow(client.get(urlsplit(there.headers["Location"]).path, expect=None))


def split_over(till: Till) -> dict[int, int]:
    with read_only() as session:
        rows = session.execute(select(PaymentAllocation.charge_id, PaymentAllocation.amount)).all()
    found: dict[int, int] = {}
    for charge, amount in rows:
        found[charge] = found.get(charge, 0) + amount.cents
    return found


def test_STMT_21_ticked_services_are_paid_and_no_others_and_the_split_is_shown_before_and_after(
    client: PageClient, till: Till, charges: list[int]
) -> None:
    asked = client.get("/pay/lines")
    assert "Office visit: $50.00" in asked.text
    assert "Choose at least one service." in client.post("/pay/lines", {}, expect=200).text
    said = {"account": str(till.account_id), "charges": [str(charges[1])]}
    checked = client.post("/pay/lines", said, expect=200)
    assert "You pay $132.40" in checked.text
    assert "Jan 20, 2026 $132.40 $0.00" in checked.text
    assert "Jan 12" not in checked.text
    receipt = paid(client, till, checked)
    assert "Jan 20, 2026" in receipt.text
    assert split_over(till) == {charges[1]: 13_240}
    till.agrees(13_240)


def test_PLAN_17_a_line_of_somebody_else_or_one_that_is_paid_cannot_be_chosen(
    client: PageClient, till: Till, charges: list[int]
) -> None:
    said = {"account": str(till.account_id), "charges": [str(charges[1])]}
    form = hidden(client.post("/pay/lines", said, expect=200), PAY)
    client.post("/pay/lines", {**said, "charges": ["999999"]}, expect=200)
    for wrong in ({"charges": "999999"}, {"charges": f"{charges[1]},999999"}):
        refused = client.post("/pay/begin", {**form, **wrong}, expect=409)
        assert "not due" in refused.text
    client.post("/pay/begin", {**form, "charges": "1;drop"}, expect=400)
    client.post("/pay/begin", {**form, "charges": str(2**40)}, expect=400)
    client.post("/pay/begin", {**form, "cents": "1"}, expect=409)
    client.post("/pay/begin", {**form, "part": "-5"}, expect=409)
    client.post("/pay/begin", {**form, "part": "999999"}, expect=409)
    assert till.payments() == []


def test_PLAN_17_two_cards_pay_one_bill_the_health_account_first(
    client: PageClient, till: Till, charges: list[int]
) -> None:
    checked = client.get(f"/pay?bill={till.visit_ids[1]}")
    assert "health savings (HSA)" in checked.text
    form = hidden(checked, SPLIT)
    for typed, words in (("500", "more than you owe"), ("132.10", "Leave $0.50"), ("", "Enter an")):
        assert words in client.post("/pay/split", {**form, "part": typed}, expect=200).text
    first = client.post("/pay/split", {**form, "part": "100"}, expect=200)
    assert "The first card pays $100.00. Then you pay the rest, $32.40" in first.text
    receipt = paid(client, till, first)
    assert "$32.40 of this is still due" in receipt.text
    [rest] = [link for link in receipt.links() if link.startswith("/pay/rest/")]
    second = client.get(rest)
    assert "You pay $32.40" in second.text
    done = paid(client, till, second)
    assert "still due" not in done.text
    assert "still due" not in client.get(receipt.response.request.path).text
    assert "You owe $50.00" in client.follow(client.get(rest, expect=302)).text
    assert sum(split_over(till).values()) == 13_240
    till.agrees(13_240)


def test_PLAN_17_more_than_is_due_needs_a_yes_and_becomes_credit(
    client: PageClient, till: Till
) -> None:
    wish = {"account": str(till.account_id), "choice": "own_amount", "amount": "200"}
    refused = client.post("/pay/review", wish, expect=200)
    assert "I want to pay more than I owe" in refused.text
    far = client.post("/pay/review", {**wish, "amount": "9000", "more": "y"}, expect=200)
    assert "far more than you owe" in far.text
    checked = client.post("/pay/review", {**wish, "more": "y"}, expect=200)
    assert "Kept as your credit $17.60" in checked.text
    form = hidden(checked, PAY)
    client.post("/pay/begin", {**form, "more": ""}, expect=409)
    receipt = paid(client, till, checked)
    assert "Kept as your credit" in receipt.text
    assert (till.due(), till.credit(), till.sandbox.charged()) == (0, 1_760, 20_000)
    assert "We owe you $17.60" in client.get("/credit").text


@pytest.fixture
def waiting(till: Till) -> int:
    """A visit of $90.00 that a plan has not decided."""
    with transaction() as session:
        book, older = Book(session), session.get_one(Visit, till.visit_ids[0])
        patient = session.get_one(Patient, older.patient_id)
        visit, [charge] = book.visit(patient, [9_000], service_on=till.now.date())
        charge.description = "X-ray"
        book.claim(visit, [charge], book.payer())
        return visit.id


def test_PLAN_17_money_toward_a_visit_at_the_insurer_is_credit_there_and_never_a_paid_bill(
    client: PageClient, till: Till, waiting: int
) -> None:
    assert f"/pay/ahead?visit={waiting}" in client.get(f"/bills/{waiting}").links()
    asked = client.get(f"/pay/ahead?visit={waiting}")
    assert "This is not a bill." in asked.text
    said = {"visit": str(waiting), "amount": "40"}
    assert "Enter that you know" in client.post("/pay/ahead", said, expect=200).text
    over = client.post("/pay/ahead", {**said, "amount": "90.01", "sure": "y"}, expect=200)
    assert "more than this visit can cost" in over.text
    checked = client.post("/pay/ahead", {**said, "sure": "y"}, expect=200)
    assert "Paid toward a visit your plan is deciding" in checked.text
    receipt = paid(client, till, checked)
    assert "Not a bill. Kept as credit for this visit." in receipt.text
    assert (till.due(), till.credit(), till.sandbox.charged()) == (18_240, 4_000, 4_000)
    assert split_over(till) == {}
    bills = client.get("/bills").text
    assert "$40.00" in bills, "paid ahead is told"
    assert "We owe you $40.00" not in client.get("/credit").text, "a plan decides first"
    with read_only() as session:
        [account] = balances(session, on=till.now.date(), account_ids=[till.account_id])
        assert {v.visit_id: v.credit.cents for v in account.visits}[waiting] == 4_000


def test_PLAN_17_nothing_is_paid_toward_a_strangers_visit_or_one_that_is_a_bill(
    client: PageClient, till: Till, waiting: int, as_patient: Callable[..., PageClient]
) -> None:
    nothing = client.get(f"/pay/ahead?visit={till.visit_ids[0]}")
    assert "Nothing can be paid toward this visit now" in nothing.text
    stranger = as_patient(make_account(first_name="Other"))
    stranger.get(f"/pay/ahead?visit={waiting}", expect=404)
    for junk in ("", "x", "٣", str(2**70)):
        client.post("/pay/ahead", {"visit": junk, "amount": "40", "sure": "y"}, expect=200)
    assert till.payments() == []


def test_STMT_11_credit_pays_the_ticked_services_once_and_the_rest_stays(
    client: PageClient, till: Till, charges: list[int]
) -> None:
    with transaction() as session:
        post_entry(
            session,
            entries.receipt(
                source_ref="t:credit",
                occurred_on=till.now.date(),
                amount=Money(6_000),
                party=Party(guarantor_account_id=till.account_id),
            ),
        )
    assert "/credit/use" in " ".join(client.get("/credit").links())
    said = {"account": str(till.account_id), "charges": [str(charges[0])]}
    assert "Tick what the credit should pay" in client.get("/credit/use").text
    done = client.follow(client.post("/credit/use", said, expect=303))
    assert "$50.00 of your credit paid your bills." in done.text
    assert (till.due(), till.credit()) == (13_240, 1_000)
    client.post("/credit/use", said, expect=200)  # no longer among the boxes
    client.post("/credit/use", {**said, "charges": [str(charges[1])]}, expect=303)
    assert (till.due(), till.credit()) == (12_240, 0)
    client.post("/credit/use", {**said, "charges": [str(charges[1])]}, expect=409)
    assert till.sandbox.charged() == 0
