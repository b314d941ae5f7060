"""Find my record, as a person and as a guesser see it (ID-2, ID-4, ID-7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.linking import LinkRequest
from portal.services.match_link_request import match_link_request
from tests.services.ledger_book import Book
from tests.services.link_world import PHONE, on_file, opened
from tests.web.pages import Page, PageClient
from tests.web.people import digits_in, messages
from tests.web.test_profile import add_profile

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FIND = {
    "first_name": "Testa",
    "last_name": "Sample",
    "birth_on": "4/28/1986",
    "postal_code": "20852",
}
NOBODY = {**FIND, "first_name": "Nobody", "last_name": "Unknown"}
AsPatient = Callable[..., PageClient]


@pytest.fixture
def newcomer(patient_app: Flask, as_patient: AsPatient) -> PageClient:
    patient_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()
    client = as_patient(email="testa.new@example.com")
    add_profile(client.login_id)
    return client


def find(client: PageClient, **said: str) -> Page:
    client.get("/link/")
    return client.post("/link/", FIND | said)


Match = Callable[[], None]


@pytest.fixture
def match(patient_app: Flask) -> Match:
    """What the worker does with the newest request."""

    def newest() -> None:
        with read_only() as session:
            request_id = session.scalars(
                select(LinkRequest.id).order_by(LinkRequest.id.desc()).limit(1)
            ).one()
        keys = patient_app.extensions["kindbill"].hash_keys
        match_link_request(request_id=request_id, keys=keys, now=NOW)

    return newest


def plain(page: Page) -> tuple[int, str, str]:
    """All that a guesser can compare, less the token of the form and the header's random id."""
    source = re.sub(r'name="csrf_token" value="[^"]*"', "", page.source)
    return page.status, page.location, source


def test_ID_2_from_home_to_the_bills(newcomer: PageClient, match: Match) -> None:
    account_id = on_file()
    home = newcomer.get("/home")
    assert "/link/" in home.links()
    page = newcomer.get("/link/")
    assert page.hidden("first_name") == "Testa", "what they told us is filled in"
    assert find(newcomer).location == "/link/code"
    match()
    assert "You asked us" in newcomer.get("/home").text
    newcomer.get("/link/code")
    page = newcomer.post("/link/code", {"code": digits_in(messages("sms")[-1])}, expect=302)
    page = newcomer.follow(page)
    assert page.h1 == "Your record is linked"
    assert {"/bills", "/paperless"} <= set(page.links())
    assert newcomer.get("/bills").h1 == "Your bills"
    assert opened(newcomer.login_id) == [account_id]
    assert newcomer.get("/link/code", expect=302).location == "/link/"


def test_ID_2_one_thing_more_is_asked_for(newcomer: PageClient) -> None:
    page = find(newcomer, postal_code="")
    assert "Enter your ZIP code, your mobile number or your e-mail." in page.text
    assert find(newcomer, postal_code="2085").status == 200
    assert find(newcomer, postal_code="", phone="212-555-0142").status == 302


def test_ID_4_every_answer_is_the_same_whether_or_not_a_record_is_there(
    newcomer: PageClient, as_patient: AsPatient, match: Match
) -> None:
    on_file()
    told: list[list[tuple[int, str, str]]] = []
    wrong = ""
    for said in (FIND, NOBODY):
        client = as_patient(email="")
        seen = [find(client, **said)]
        match()
        seen.append(client.get("/link/code"))
        seen.append(client.post("/link/code", {"code": "12"}))
        wrong = wrong or other_than_sent()
        seen.append(client.post("/link/code", {"code": wrong}))
        seen.append(client.get("/home"))
        seen.append(client.post("/link/new-code", {"email": "y"}))
        seen.append(client.get("/link/code"))
        seen += [client.post("/link/code", {"code": "000001"}) for _ in range(4)]
        seen.append(client.post("/link/office"))
        seen.append(client.get("/home"))
        told.append([plain(page) for page in seen])
    for one, other in zip(*told, strict=True):
        assert one == other
    assert any("too many tries" in source for _, _, source in told[0])


def other_than_sent() -> str:
    return f"{(int(digits_in(messages('sms')[-1])) + 1) % 1_000_000:06d}"


def test_ID_4_one_sign_in_asks_five_times_in_a_quarter_of_an_hour(newcomer: PageClient) -> None:
    for _ in range(5):
        assert find(newcomer).status == 302
    assert "too many tries" in find(newcomer).text


def test_ID_4_one_person_is_asked_for_ten_times_a_day_by_all(
    newcomer: PageClient, as_patient: AsPatient
) -> None:
    for number in range(10):
        client = as_patient()
        address = {"REMOTE_ADDR": f"192.0.2.{number}"}
        client.post("/link/", NOBODY, expect=302, environ_base=address)
    page = as_patient().post("/link/", NOBODY, environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert "too many tries" in page.text
    other = as_patient().post("/link/", FIND, environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert other.status == 302


def test_ID_7_the_code_ends_at_ten_minutes_and_one_second(
    newcomer: PageClient, patient_app: Flask, match: Match
) -> None:
    on_file()
    find(newcomer)
    match()
    code = digits_in(messages("sms")[-1])
    patient_app.config["CLOCK"] = lambda: NOW + timedelta(minutes=10, seconds=1)
    page = newcomer.post("/link/code", {"code": code}, expect=200)
    assert "not right, or it is too old" in page.text


def test_ID_2_the_code_goes_to_the_number_on_file_never_to_one_that_was_typed(
    newcomer: PageClient, match: Match
) -> None:
    on_file()
    find(newcomer, phone="212-555-0199", email="impostor@example.com")
    match()
    assert [message.recipient for message in messages("sms")] == [PHONE]
    assert messages() == []


def test_HIPAA_3_the_audit_trail_knows_whose_record_was_opened(
    newcomer: PageClient, match: Match
) -> None:
    account_id = on_file()
    find(newcomer)
    match()
    newcomer.post("/link/code", {"code": digits_in(messages("sms")[-1])}, expect=302)
    with read_only() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "grant")).all()
    assert {tuple(row.account_ids) for row in rows} == {(account_id,)}


def test_somebody_enrolled_by_a_code_may_look_for_another_record(as_patient: AsPatient) -> None:
    client = as_patient(on_file(first_name="Other", birth_on=date(1950, 1, 5)))
    page = client.get("/link/")
    assert page.hidden("first_name") == ""
    assert "/link/" in client.get("/account/add").links()
