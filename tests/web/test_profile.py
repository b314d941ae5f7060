"""Home without a record, and one's own details (ID-1, LANG-3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import RecordVersion
from portal.models.profiles import Profile
from portal.web.access import rule_of
from tests.services.ledger_book import Book
from tests.web.bills import account_of_every_kind
from tests.web.pages import PageClient
from tests.web.people import digits_in, make_account, messages

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AsPatient = Callable[..., PageClient]


def add_profile(login_id: int) -> None:
    with transaction() as session:
        session.add(
            Profile(
                login_id=login_id,
                first_name="Testa",
                last_name="Sample",
                birth_on=date(1986, 4, 28),
                created_at=NOW,
            )
        )


@pytest.fixture
def newcomer(patient_app: Flask, as_patient: AsPatient) -> PageClient:
    patient_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()
    client = as_patient(email="testa.new@example.com")
    add_profile(client.login_id)
    return client


def test_ID_1_home_without_a_record_says_what_to_do_next(newcomer: PageClient) -> None:
    page = newcomer.follow(newcomer.get("/bills", expect=302))
    assert page.h1 == "Welcome"
    assert "You see no bills yet." in page.text
    assert {"/account/add", "/insurance"} <= set(page.links())
    assert "/bills" not in page.links(), "no menu entry leads nowhere"


def test_somebody_with_a_record_goes_to_the_bills(as_patient: AsPatient) -> None:
    assert as_patient(make_account()).get("/home", expect=302).location == "/bills"


def test_ID_1_no_page_shows_somebody_without_a_record_any_account(
    newcomer: PageClient, patient_app: Flask
) -> None:
    """Every page of the patients' face, with ids that exist: not found, empty, or a way elsewhere; never a fault."""
    bills = account_of_every_kind()
    ids = {"account_id": bills.account_id, "visit_id": bills.decided}
    odd, tried = {}, 0
    for rule in patient_app.url_map.iter_rules():
        found = rule_of(patient_app.view_functions[rule.endpoint])
        if found is None or found.face != "patient" or "GET" not in rule.methods:
            continue
        path = re.sub(r"<(?:int:)?(account_id|visit_id)>", lambda m: str(ids[m[1]]), rule.rule)
        path = re.sub(r"<int:\w+>", "1", path)
        path = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000001", path)
        path = re.sub(r"<\w+>", "x", path)
        page = newcomer.get(path, expect=None)
        tried += 1
        if page.status not in {200, 302, 303, 404, 409}:
            odd[path] = page.status
        assert "$" not in page.text.replace("$0.00", ""), path
        if rule.arguments and page.status == 200:
            odd[path] = page.status
    assert tried > 15
    assert odd == {}


def test_details_are_changed_one_idea_a_screen_and_the_old_ones_kept(newcomer: PageClient) -> None:
    for path, said in {
        "name": {"first_name": "Testa", "last_name": "Example", "birth_on": "4/28/1986"},
        "address": {
            "street": "1 Sample St",
            "city": "Rockville",
            "state": "md",
            "postal_code": "20852",
        },
        "language": {
            "spoken_language": "ase",
            "written_language": "en",
            "interpreter": "y",
            "audio": "y",
        },
        "emergency": {"emergency_name": "Sam Sample", "emergency_phone": "212-555-0143"},
    }.items():
        newcomer.get(f"/details/{path}")
        assert newcomer.post(f"/details/{path}", said).location == "/details", path
    page = newcomer.get("/details")
    for words in (
        "Testa Example",
        "1 Sample St",
        "Rockville, MD 20852",
        "American Sign Language",
        "With an interpreter",
        "Audio",
        "Sam Sample",
        "(212) 555-0143",
    ):
        assert words in page.text, words
    with read_only() as session:
        before = session.scalars(
            select(RecordVersion.before).where(RecordVersion.record == "profiles")
        ).all()
    assert {"last_name": "Sample"} in before
    assert any("formats" in one for one in before)


def test_the_own_phone_is_proven_by_a_code(newcomer: PageClient) -> None:
    newcomer.get("/details/phone")
    newcomer.post("/details/phone", {"mobile": "212-555-0142"}, expect=302)
    code = digits_in(messages("sms")[-1])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert "not right" in newcomer.post("/details/phone-code", {"code": wrong}, expect=200).text
    assert newcomer.post("/details/phone-code", {"code": code}).location == "/details"
    with read_only() as session:
        profile = session.get_one(Profile, newcomer.login_id)
    assert (profile.mobile, profile.mobile_proven_at) == ("+12125550142", NOW)
    assert newcomer.get("/details/phone-code", expect=302).location == "/details/phone"


def test_a_minor_is_no_owner_of_a_profile(newcomer: PageClient) -> None:
    said = {"first_name": "Testa", "last_name": "Sample", "birth_on": "3/3/2008"}
    assert "18 or older" in newcomer.post("/details/name", said, expect=200).text


def test_somebody_who_came_with_a_code_begins_with_the_name(as_patient: AsPatient) -> None:
    client = as_patient(make_account())
    assert "Nothing yet" in client.get("/details").text
    said = {"emergency_name": "Sam Sample", "emergency_phone": "212-555-0143"}
    client.get("/details/emergency")
    assert client.post("/details/emergency", said).h1 == "Tell us your name first"
    named = {"first_name": "Testa", "last_name": "Sample", "birth_on": "4/28/1986"}
    assert client.post("/details/name", named).location == "/details"
    assert client.post("/details/emergency", said).location == "/details"
