"""From the code on paper to a sign-in: what works, and that nothing tells a guesser anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import transaction
from portal.models.identity import AccountAccess, Login, RecoveryCode
from portal.models.statements import EnrolmentCode
from portal.services.enrolment_codes import ALPHABET, issue_code
from tests.web.pages import Page, PageClient
from tests.web.people import PASSWORD, digits_in, make_account, messages

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
REFUSED = "We could not match these."


@pytest.fixture
def at(patient_app: Flask) -> Callable[[datetime], None]:
    """Set the app's clock."""

    def set_clock(moment: datetime) -> None:
        patient_app.config["CLOCK"] = lambda: moment

    set_clock(NOW)
    return set_clock


@pytest.fixture
def visitor(patient_app: Flask, at: Callable[[datetime], None]) -> PageClient:
    return PageClient(patient_app)


def code_for(flask_app: Flask, account_id: int, now: datetime = NOW) -> str:
    with transaction() as session:
        return issue_code(
            session,
            account_id=account_id,
            statement_id=None,
            now=now,
            keys=flask_app.extensions["kindbill"].hash_keys,
        )


def start(
    visitor: PageClient, code: str, birth: str = "4/28/1986", zip_code: str = "20852"
) -> Page:
    visitor.get("/enroll")
    return visitor.post("/enroll", {"code": code, "birth_on": birth, "postal_code": zip_code})


def prove_email(visitor: PageClient, email: str) -> Page:
    visitor.get("/enroll/email")
    visitor.follow(visitor.post("/enroll/email", {"email": email}, expect=302))
    code = digits_in(messages()[-1])
    return visitor.follow(visitor.post("/enroll/email-code", {"code": code}))


def set_password(visitor: PageClient, password: str = PASSWORD) -> Page:
    return visitor.post("/enroll/password", {"password": password, "again": password})


def logins() -> int:
    with transaction() as session:
        return session.scalars(select(func.count(Login.id))).one()


def test_the_whole_way_with_an_authenticator(visitor: PageClient, patient_app: Flask) -> None:
    account = make_account(email="old-address@example.com")
    assert start(visitor, code_for(patient_app, account)).location == "/enroll/email"
    assert prove_email(visitor, "Testa@Example.com").h1 == "Choose a password"
    page = visitor.follow(set_password(visitor))
    assert page.h1 == "Choose your second step"
    page = visitor.post("/second-step/set-up", {"setup": "authenticator"}, expect=200)
    assert page.h1 == "Scan this with your app"
    assert page.all("img")[0].get("src", "").startswith("data:image/svg+xml")
    key = re.search(r"Type this key into the app: ([A-Z0-9-]+)", page.text)
    assert key is not None
    totp = pyotp.TOTP(re.sub("[ -]", "", key[1]))
    wrong = visitor.post("/second-step", {"code": "000000"})
    assert "/second-step/set-up" in wrong.links(), "who mistyped it can see the square again"
    page = visitor.follow(visitor.post("/second-step", {"code": totp.at(NOW)}))
    assert page.h1 == "Recovery codes"
    page = visitor.post("/recovery-codes", {"generate_new_codes": "yes"}, expect=200)
    assert page.h1 == "Save your recovery codes"
    assert len(page.all("li")) >= 8
    assert "you sign in with testa@example.com" in visitor.get("/account/security").text.lower()
    with transaction() as session:
        login = session.scalars(select(Login)).one()
        access = session.scalars(select(AccountAccess)).one()
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
    assert (login.tf_primary_method, access.guarantor_account_id) == ("authenticator", account)
    assert all(re.fullmatch("[0-9a-f]{64}", found) for found in stored)
    assert totp.secret not in (login.tf_totp_secret or ""), "the secret is sealed at rest"
    told = [m.recipient for m in messages() if m.template == "access_granted"]
    assert told == ["old-address@example.com"]


def test_the_whole_way_with_text_codes(visitor: PageClient, patient_app: Flask) -> None:
    start(visitor, code_for(patient_app, make_account()))
    prove_email(visitor, "texter@example.com")
    visitor.follow(set_password(visitor))
    page = visitor.post(
        "/second-step/set-up", {"setup": "sms", "phone": "(202) 555-0123"}, expect=200
    )
    assert page.h1 == "Enter the code we texted you"
    text = messages("sms")[-1]
    assert text.recipient == "+12025550123"
    page = visitor.follow(visitor.post("/second-step", {"code": digits_in(text)}))
    assert page.h1 == "Recovery codes"


def test_ID_2_a_code_works_once(visitor: PageClient, patient_app: Flask) -> None:
    code = code_for(patient_app, make_account())
    start(visitor, code)
    prove_email(visitor, "first@example.com")
    set_password(visitor)
    second = PageClient(patient_app)
    assert REFUSED in start(second, code).text


def test_ID_2_a_code_is_spent_by_the_first_of_two_browsers(
    visitor: PageClient, patient_app: Flask
) -> None:
    code = code_for(patient_app, make_account())
    other = PageClient(patient_app)
    for client, email in ((visitor, "one@example.com"), (other, "two@example.com")):
        start(client, code)
        prove_email(client, email)
    set_password(visitor)
    page = set_password(other)
    assert page.h1 == "This code no longer works"
    assert logins() == 1


def test_ID_2_a_code_lives_thirty_days(
    visitor: PageClient, patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    code = code_for(patient_app, make_account())
    at(NOW + timedelta(days=29, hours=23))
    assert start(visitor, code).status == 302
    at(NOW + timedelta(days=30, seconds=1))
    assert REFUSED in start(PageClient(patient_app), code).text


def test_ID_2_codes_are_long_unambiguous_and_stored_as_keyed_hashes(patient_app: Flask) -> None:
    code = code_for(patient_app, make_account())
    plain = code.replace("-", "")
    assert len(plain) >= 8
    assert set(plain) <= set(ALPHABET)
    assert not set("0O1IL") & set(ALPHABET)
    with transaction() as session:
        row = session.scalars(select(EnrolmentCode)).one()
    assert plain not in row.code_hash
    assert len(row.code_hash) == 64


def test_ID_4_every_mismatch_answers_the_same(visitor: PageClient, patient_app: Flask) -> None:
    """Wrong code, wrong date, wrong ZIP, unnamed account: one page."""
    good = code_for(patient_app, make_account())
    unnamed = code_for(patient_app, make_account(named=False, birth_on=date(2019, 1, 1)))
    answers = set()
    for code, birth, zip_code in (
        ("ABCDE-FGHJK", "4/28/1986", "20852"),
        (good, "4/29/1986", "20852"),
        (good, "4/28/1986", "20853"),
        (unnamed, "1/1/2019", "20852"),
    ):
        page = start(PageClient(patient_app), code, birth, zip_code)
        source = re.sub(r'value="[^"]*"', "", page.source)
        answers.add((page.status, source))
    assert len(answers) == 1
    assert REFUSED in page.text


def test_ID_4_five_wrong_dates_close_the_code_for_fifteen_minutes(
    visitor: PageClient, patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    code = code_for(patient_app, make_account())
    for _ in range(5):
        assert REFUSED in start(visitor, code, "1/1/1980").text
    assert "too many tries" in start(visitor, code).text, "even the right date waits now"
    at(NOW + timedelta(minutes=15, seconds=1))
    assert start(visitor, code).status == 302


def test_ID_4_twenty_tries_close_the_address(visitor: PageClient) -> None:
    for number in range(20):
        start(visitor, f"WRNG{number:06d}".replace("0", "A"))
    assert "too many tries" in start(visitor, "ZZZZZZZZZZ").text


def test_ID_4_ten_tries_a_day_close_the_person(
    visitor: PageClient, patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    """Fresh codes do not give fresh guesses at one birth date."""
    account = make_account()
    for number in range(10):
        at(NOW + timedelta(minutes=20 * number))
        start(visitor, code_for(patient_app, account), "1/1/1980")
    at(NOW + timedelta(hours=5))
    assert "too many tries" in start(visitor, code_for(patient_app, account)).text


def test_the_mailed_code_ages_and_counts(
    visitor: PageClient, patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    start(visitor, code_for(patient_app, make_account()))
    visitor.get("/enroll/email")
    visitor.follow(visitor.post("/enroll/email", {"email": "slow@example.com"}))
    code = digits_in(messages()[-1])
    at(NOW + timedelta(minutes=10, seconds=1))
    assert "too old" in visitor.post("/enroll/email-code", {"code": code}, expect=200).text
    for _ in range(4):
        visitor.post("/enroll/email-code", {"code": "000000"}, expect=200)
    page = visitor.post("/enroll/email-code", {"code": "000000"}, expect=200)
    assert "too many tries" in page.text


def test_steps_cannot_be_skipped(visitor: PageClient, patient_app: Flask) -> None:
    for path in ("/enroll/email", "/enroll/email-code", "/enroll/password"):
        assert visitor.get(path, expect=302).location == "/enroll"
    start(visitor, code_for(patient_app, make_account()))
    assert visitor.get("/enroll/password", expect=302).location == "/enroll"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short words", "at least 12"),
        ("passwordpassword", "tried first"),
        ("aaaaaaaaaaaaaaa", "simple pattern"),
        ("weak@example.com", "too close"),
    ],
)
def test_ID_6_weak_passwords_are_refused_with_the_reason(
    visitor: PageClient, patient_app: Flask, password: str, reason: str
) -> None:
    start(visitor, code_for(patient_app, make_account()))
    prove_email(visitor, "weak@example.com")
    assert reason in set_password(visitor, password).text
    assert logins() == 0


def test_an_email_with_a_sign_in_is_told_so_after_its_proof(
    visitor: PageClient, patient_app: Flask
) -> None:
    for _ in range(2):
        start(visitor, code_for(patient_app, make_account()))
        prove_email(visitor, "twice@example.com")
        page = set_password(visitor)
        visitor.http.delete_cookie(patient_app.config["SESSION_COOKIE_NAME"])
        visitor.token = ""
    assert page.h1 == "You already have a sign-in"
    with transaction() as session:
        spent = session.scalars(select(EnrolmentCode.used_at).order_by(EnrolmentCode.id)).all()
    assert spent[1] is None, "the second code can still be used after signing in"


def test_a_signed_in_person_adds_another_account(
    as_patient: Callable[..., PageClient], patient_app: Flask
) -> None:
    first, second = make_account(), make_account(first_name="Samuel", birth_on=date(1950, 2, 3))
    client = as_patient(first)
    client.get("/account/add")
    code = code_for(patient_app, second, datetime.now(UTC))
    client.post(
        "/account/add", {"code": code, "birth_on": "2/3/1950", "postal_code": "20852"}, expect=302
    )
    with transaction() as session:
        linked = session.scalars(
            select(AccountAccess.guarantor_account_id).where(
                AccountAccess.login_id == client.login_id
            )
        ).all()
    assert set(linked) == {first, second}
