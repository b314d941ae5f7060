"""Somebody new makes a sign-in of their own: what is asked, what is proven, and what nobody learns (ID-1, ID-4, LANG-3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.consents import TextConsent
from portal.models.identity import Attempt, Login
from portal.models.profiles import Profile
from portal.queries.text_consents import TextCategory, standing_consent
from portal.queries.text_senders import taken_by_stop
from portal.services.record_text_consent import Said, withdraw_all_texts
from tests.services.ledger_book import Book
from tests.web.newcomer import (
    EMAIL,
    PHONE,
    begin,
    prove_email,
    prove_phone,
    register,
    up_to_email,
)
from tests.web.pages import PageClient
from tests.web.people import PASSWORD, digits_in, make_account, make_login, messages

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def at(patient_app: Flask) -> Callable[[datetime], None]:
    """Set the app's clock."""

    def set_clock(moment: datetime) -> None:
        patient_app.config["CLOCK"] = lambda: moment

    set_clock(NOW)
    with transaction() as session:
        Book(session).practice()
    return set_clock


@pytest.fixture
def visitor(patient_app: Flask, at: Callable[[datetime], None]) -> PageClient:
    return PageClient(patient_app)


def logins() -> list[Login]:
    with read_only() as session:
        return list(session.scalars(select(Login)))


def test_the_door_and_the_sign_in_pages_lead_to_registration(visitor: PageClient) -> None:
    for path in ("/", "/sign-in", "/enroll"):
        assert "/register/" in visitor.get(path).links(), path


def test_ID_1_somebody_new_gets_a_sign_in_that_sees_no_account(visitor: PageClient) -> None:
    page = visitor.follow(register(visitor, texts=("visits",)))
    assert "second step" in page.h1.lower()
    [login] = logins()
    assert (login.email, login.face, login.confirmed_at) == (EMAIL, "patient", NOW)
    with read_only() as session:
        profile = session.get_one(Profile, login.id)
    assert (profile.first_name, profile.last_name) == ("Testa", "Sample")
    assert profile.birth_on == date(1986, 4, 28)
    assert (profile.mobile, profile.mobile_proven_at) == (PHONE, NOW)
    assert (profile.spoken_language, profile.written_language) == ("es", "es")
    assert (profile.interpreter, profile.formats) == (True, ["braille"])
    assert profile.emergency_name == "Sam Sample"
    assert profile.emergency_phone == "+12125550143"


def test_MSG_22_the_code_comes_in_the_language_they_read(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    prove_phone(visitor)
    assert "Su clave es" in messages("sms")[-1].body


@pytest.mark.parametrize("birth_on", ["3/3/2008", "3/2/2020", "3/3/2026"])
def test_a_minor_is_sent_to_the_office_and_nothing_is_kept(
    visitor: PageClient, birth_on: str
) -> None:
    page = visitor.follow(begin(visitor, birth_on=birth_on))
    assert page.h1 == "A parent or guardian can help"
    with visitor.http.session_transaction() as session:
        assert "registration" not in session
    visitor.get("/register/language", expect=302)


def test_the_eighteenth_birthday_is_old_enough(visitor: PageClient) -> None:
    assert begin(visitor, birth_on="3/2/2008").location == "/register/language"


def test_steps_cannot_be_skipped(visitor: PageClient) -> None:
    steps = ("language", "email", "email-code", "phone", "phone-code", "emergency", "texts")
    for step in (*steps, "password"):
        assert visitor.get(f"/register/{step}", expect=302).location == "/register/"
    up_to_email(visitor)
    for step in (*steps[2:], "password"):
        assert visitor.get(f"/register/{step}", expect=302).location == "/register/email"
    prove_email(visitor)
    assert visitor.get("/register/password", expect=302).location == "/register/phone"


def test_another_address_must_be_proven_anew(visitor: PageClient) -> None:
    up_to_email(visitor)
    assert prove_email(visitor).location == "/register/phone"
    visitor.post("/register/email", {"email": "other@example.com"}, expect=302)
    assert visitor.get("/register/phone", expect=302).location == "/register/email_code".replace(
        "_", "-"
    )


def test_another_number_must_be_proven_anew(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    prove_phone(visitor)
    visitor.post("/register/phone", {"mobile": "212-555-0177"}, expect=302)
    assert visitor.get("/register/texts", expect=302).location == "/register/phone-code"


def test_a_phone_without_texts_is_kept_and_gets_none(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    visitor.post("/register/phone", {"mobile": "212-555-0142"}, expect=302)
    assert visitor.post("/register/phone-code", {"skip": "y"}).location == "/register/emergency"
    assert visitor.post("/register/emergency", {}).location == "/register/password"
    assert visitor.get("/register/texts", expect=302).location == "/register/password"
    visitor.post("/register/password", {"password": PASSWORD, "again": PASSWORD}, expect=302)
    with read_only() as session:
        profile = session.scalars(select(Profile)).one()
        assert session.scalars(select(TextConsent)).all() == []
    assert (profile.mobile, profile.mobile_proven_at) == (PHONE, None)


def test_ID_7_codes_end_after_ten_minutes_and_a_new_one_replaces_the_old(
    visitor: PageClient, at: Callable[[datetime], None]
) -> None:
    up_to_email(visitor)
    visitor.post("/register/email", {"email": EMAIL}, expect=302)
    old = digits_in(messages()[-1])
    at(NOW + timedelta(minutes=10, seconds=1))
    page = visitor.post("/register/email-code", {"code": old}, expect=200)
    assert "too old" in page.text
    visitor.post("/register/email", {"email": EMAIL}, expect=302)
    new = digits_in(messages()[-1])
    if new != old:
        visitor.post("/register/email-code", {"code": old}, expect=200)
    assert visitor.post("/register/email-code", {"code": new}).location == "/register/phone"
    page = visitor.post("/register/email-code", {"code": new}, expect=200)
    assert "not right" in page.text, "a code works once"


def test_ID_7_a_new_code_or_browser_does_not_reset_the_failures(
    visitor: PageClient, patient_app: Flask
) -> None:
    for tries, client in ((3, visitor), (2, PageClient(patient_app))):
        up_to_email(client)
        client.post("/register/email", {"email": EMAIL}, expect=302)
        for _ in range(tries):
            assert "not right" in client.post("/register/email-code", {"code": "000000"}).text
    right = digits_in(messages()[-1])
    assert "too many tries" in client.post("/register/email-code", {"code": right}).text


def test_ID_4_a_taken_address_is_answered_alike_and_only_its_mailbox_learns_why(
    visitor: PageClient, patient_app: Flask
) -> None:
    make_login("patient", email="taken@example.com")
    answers = []
    for email in ("taken@example.com", "free1@example.com"):
        client = PageClient(patient_app)
        up_to_email(client)
        answers.append(client.post("/register/email", {"email": email}))
        page = client.get("/register/email-code")
        answers.append(page)
        wrong = client.post("/register/email-code", {"code": "000000"})
        assert "not right" in wrong.text
        answers.append(wrong)
    token = re.compile(r'name="csrf_token" value="[^"]*"')
    taken, free = (
        [(one.status, one.location, token.sub("", one.source).replace(email, "@")) for one in group]
        for email, group in (
            ("taken@example.com", answers[:3]),
            ("free1@example.com", answers[3:]),
        )
    )
    assert taken == free
    first, second = messages()
    assert first.subject == "You already have a sign-in"
    assert not re.search(r"\b\d{6}\b", first.body)
    assert "/reset-password" in first.body
    assert second.subject == "Your code"


def test_ID_4_a_target_gets_ten_mails_and_ten_texts_a_day(
    visitor: PageClient, at: Callable[[datetime], None]
) -> None:
    up_to_email(visitor)
    for number in range(11):
        at(NOW + timedelta(minutes=16 * number))
        page = visitor.post("/register/email", {"email": EMAIL})
    assert "too many tries" in page.text
    assert len(messages()) == 10
    with read_only() as session:
        assert EMAIL not in str(session.scalars(select(Attempt.subject_hash)).all())


def test_MSG_2_boxes_are_unticked_and_a_yes_is_kept_with_its_words(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    prove_phone(visitor)
    visitor.post("/register/emergency", {}, expect=302)
    page = visitor.get("/register/texts")
    boxes = [box for box in page.all("input") if box.get("type") == "checkbox"]
    assert len(boxes) == 3
    assert not any("checked" in box.attrib or "required" in box.attrib for box in boxes)
    for words in ("frequency varies", "STOP", "HELP", "do not have to agree", "marketing"):
        assert words in page.text
    visitor.post("/register/texts", {"billing": "y"}, expect=302)
    visitor.post("/register/password", {"password": PASSWORD, "again": PASSWORD}, expect=302)
    with read_only() as session:
        [row] = session.scalars(select(TextConsent)).all()
    assert (row.phone, row.category, row.granted, row.source) == (PHONE, "billing", True, "web")
    assert (row.login_id, row.guarantor_account_id) == (logins()[0].id, None)
    assert "may text me about my bills" in row.wording
    assert messages("sms")[-1].template == "opt_in"


def test_MSG_1_a_newcomers_yes_counts_for_nobody_else_who_has_that_phone(
    visitor: PageClient,
) -> None:
    """The number may be a family's, or have been somebody else's: their bills are not sent to it by this."""
    account_id = make_account()
    register(visitor, texts=("billing", "visits"))
    with transaction() as session:
        for category in TextCategory:
            found = standing_consent(
                session, phone=PHONE, category=category, guarantor_account_id=account_id
            )
            assert found is None
        said = Said(source="sms", wording="STOP")
        withdraw_all_texts(session, phone=PHONE, said=said, now=NOW)
        assert taken_by_stop(session, PHONE) == (), "START must not spread it either"


@pytest.mark.parametrize(
    ("password", "reason"), [("short words", "at least 12"), ("testa.new@example.com", "too close")]
)
def test_ID_6_weak_passwords_are_refused_with_the_reason(
    visitor: PageClient, password: str, reason: str
) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    visitor.post("/register/phone", {"mobile": "212-555-0142"}, expect=302)
    visitor.post("/register/phone-code", {"skip": "y"}, expect=302)
    visitor.post("/register/emergency", {}, expect=302)
    page = visitor.post("/register/password", {"password": password, "again": password}, expect=200)
    assert reason in page.text
    assert logins() == []


def test_an_emergency_name_needs_a_number(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    prove_phone(visitor)
    page = visitor.post("/register/emergency", {"emergency_name": "Sam Sample"}, expect=200)
    assert "Enter their phone number." in page.text


def test_an_address_taken_meanwhile_is_told_after_its_proof(visitor: PageClient) -> None:
    up_to_email(visitor)
    prove_email(visitor)
    visitor.post("/register/phone", {"mobile": "212-555-0142"}, expect=302)
    visitor.post("/register/phone-code", {"skip": "y"}, expect=302)
    visitor.post("/register/emergency", {}, expect=302)
    make_login("patient", email=EMAIL)
    page = visitor.post("/register/password", {"password": PASSWORD, "again": PASSWORD})
    assert page.h1 == "You already have a sign-in"
