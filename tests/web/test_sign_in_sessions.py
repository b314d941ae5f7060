"""Sessions: how long they live, how they end, and what a changed password or factor ends with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import transaction
from portal.models.identity import Login, LoginSession
from portal.web.sessions import device_name
from tests.web.pages import PageClient
from tests.web.people import PASSWORD, digits_in, make_account, messages
from tests.web.test_sign_in import EMAIL, Person, enter, give_password, is_signed_in

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def clock(flask_app: Flask, moment: datetime) -> None:
    flask_app.config["CLOCK"] = lambda: moment


def client_of(face: str, request: pytest.FixtureRequest) -> PageClient:
    flask_app = request.getfixturevalue(f"{face}_app")
    clock(flask_app, START)
    if face == "patient":
        as_patient: Callable[..., PageClient] = request.getfixturevalue("as_patient")
        return as_patient(make_account())
    as_staff: Callable[[str], PageClient] = request.getfixturevalue("as_staff")
    return as_staff("biller")


@pytest.mark.parametrize(("face", "minutes"), [("patient", 20), ("staff", 15)])
def test_HIPAA_2_an_idle_session_ends(
    face: str, minutes: int, request: pytest.FixtureRequest
) -> None:
    client = client_of(face, request)
    clock(client.flask_app, START + timedelta(minutes=minutes))
    assert is_signed_in(client)
    clock(client.flask_app, START + timedelta(minutes=2 * minutes, seconds=1))
    page = client.follow(client.get("/account/security", expect=302))
    assert page.h1 == "Sign in"
    assert "You were signed out" in page.text


def test_HIPAA_2_what_a_page_asks_by_itself_keeps_no_session_alive(
    request: pytest.FixtureRequest,
) -> None:
    client = client_of("staff", request)
    for minute in range(1, 16):
        clock(client.flask_app, START + timedelta(minutes=minute))
        client.get("/account/security?unattended=1")  # told, but no sign of life
    clock(client.flask_app, START + timedelta(minutes=15, seconds=1))
    page = client.follow(client.get("/account/security?unattended=1", expect=302))
    assert page.h1 == "Sign in"


@pytest.mark.parametrize(("face", "hours"), [("patient", 24), ("staff", 12)])
def test_HIPAA_2_ID_10_no_session_lives_longer_however_busy(
    face: str, hours: int, request: pytest.FixtureRequest
) -> None:
    client = client_of(face, request)
    for quarter in range(hours * 4 + 1):
        clock(client.flask_app, START + timedelta(minutes=15 * quarter))
        client.get("/healthz")
    assert is_signed_in(client)
    clock(client.flask_app, START + timedelta(hours=hours, seconds=1))
    assert not is_signed_in(client)


def test_HIPAA_2_the_page_warns_a_minute_ahead_and_staying_extends(
    request: pytest.FixtureRequest,
) -> None:
    client = client_of("patient", request)
    page = client.get("/account/security")
    (warning,) = [node for node in page.all("div") if node.get("id") == "session-warning"]
    assert (warning.get("data-left"), warning.get("data-warn")) == ("1200", "60")
    clock(client.flask_app, START + timedelta(minutes=19, seconds=30))
    client.get(warning.get("data-ping", ""))
    clock(client.flask_app, START + timedelta(minutes=39))
    assert is_signed_in(client)


def test_signing_out_ends_the_row_so_that_a_kept_cookie_is_worthless(
    request: pytest.FixtureRequest,
) -> None:
    client = client_of("patient", request)
    name = client.flask_app.config["SESSION_COOKIE_NAME"]
    kept = client.http.get_cookie(name)
    assert kept is not None
    left = client.post("/sign-out", expect=302)
    assert "You are signed out." in client.follow(left).text
    client.http.set_cookie(name, kept.value)
    assert not is_signed_in(client)


def test_signing_out_needs_a_press_not_a_link(request: pytest.FixtureRequest) -> None:
    client = client_of("patient", request)
    client.get("/sign-out", expect=405)
    client.http.post("/sign-out", data={"csrf_token": "forged"})
    assert is_signed_in(client)


def test_one_device_signs_out_another_but_nobody_elses(
    as_patient: Callable[..., PageClient], patient_app: Flask
) -> None:
    person = Person(patient_app)
    laptop, phone = PageClient(patient_app), PageClient(patient_app)
    phone.http.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Safari/604.1"
    enter(laptop, person)
    person.later(seconds=31)
    enter(phone, person)
    page = laptop.get("/account/security")
    assert "Safari on iPhone" in page.text
    action = next(a for f in page.all("form") if "/devices/" in (a := f.get("action", "")))
    other = as_patient(make_account())
    other.post(action, expect=404)
    assert is_signed_in(phone)
    laptop.get("/account/security")
    laptop.post(action, expect=302)
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)


def test_a_device_that_is_signed_out_is_asked_for_a_code_again(patient_app: Flask) -> None:
    person = Person(patient_app)
    laptop, lost = PageClient(patient_app), PageClient(patient_app)
    lost.http.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Safari/604.1"
    enter(lost, person, remember="y")
    person.later(seconds=31)
    enter(laptop, person, remember="y")
    page = laptop.get("/account/security")
    with transaction() as session:
        row = session.scalars(select(LoginSession).where(LoginSession.device.like("%iPhone"))).one()
        action = f"/account/devices/{row.id}/sign-out"
    assert action in page.source
    laptop.post(action, expect=302)
    lost.token = ""
    assert "second-step" in give_password(lost).location
    assert not is_signed_in(lost)
    laptop.post("/sign-out", expect=302)
    laptop.token = ""
    give_password(laptop)
    assert is_signed_in(laptop), "the other device's trust stays"
    person.later(seconds=62)
    lost.token = ""
    enter(lost, person, remember="y")
    lost.post("/sign-out", expect=302)
    lost.token = ""
    give_password(lost)
    assert is_signed_in(lost), "it may be trusted anew"


def test_going_back_to_the_code_after_signing_in_signs_nobody_out(patient_app: Flask) -> None:
    client = PageClient(patient_app)
    enter(client, Person(patient_app))
    assert "/welcome" in client.get("/second-step", expect=302).location
    assert is_signed_in(client)


def test_a_switched_off_sign_in_ends_at_once(request: pytest.FixtureRequest) -> None:
    client = client_of("staff", request)
    with transaction() as session:
        session.get_one(Login, client.login_id).active = False
    assert not is_signed_in(client)


def test_a_forgotten_password_answers_everybody_alike(
    patient_app: Flask, stranger: PageClient
) -> None:
    Person(patient_app)
    answers = []
    for email in (EMAIL, "nobody@example.com"):
        stranger.get("/reset-password")
        answers.append(stranger.post("/reset-password", {"email": email}, expect=200))
    assert "If this e-mail has a sign-in here" in answers[0].text
    assert len({re.sub(r'value="[^"]*"', "", page.source) for page in answers}) == 1
    assert [m.recipient for m in messages()] == [EMAIL]


def test_ID_4_known_and_unknown_run_out_of_links_alike(
    patient_app: Flask, stranger: PageClient
) -> None:
    Person(patient_app)
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(5):
            stranger.get("/reset-password")
            stranger.post("/reset-password", {"email": email}, expect=200)
        page = stranger.post("/reset-password", {"email": email}, expect=200)
        assert "too many tries" in page.text
    assert len(messages()) == 5


def test_a_new_password_ends_every_session_and_still_needs_the_second_factor(
    patient_app: Flask, stranger: PageClient
) -> None:
    person = Person(patient_app)
    laptop = PageClient(patient_app)
    enter(laptop, person, remember="y")
    stranger.get("/reset-password")
    stranger.post("/reset-password", {"email": EMAIL})
    link = re.search(r"http://localhost:8000(/reset-password/\S+)", messages()[-1].body)
    assert link is not None
    assert stranger.get(link[1]).h1 == "Choose a new password"
    new = {"password": "other invented words", "password_confirm": "other invented words"}
    page = stranger.follow(stranger.post(link[1], new))
    assert page.h1 == "Sign in"
    assert not is_signed_in(laptop)
    assert stranger.get(link[1], expect=302).location.endswith("/reset-password")
    laptop.token = ""
    page = give_password(laptop, "other invented words")
    assert page.location == "/second-step?next=/welcome", (
        "trusted devices are forgotten with the old password"
    )
    with transaction() as session:
        stored = session.scalars(select(Login.password)).one()
    assert (stored or "").startswith("$argon2id$")


def test_the_link_never_names_the_host_that_asked(patient_app: Flask) -> None:
    Person(patient_app)
    attacker = PageClient(patient_app)
    attacker.get("/reset-password", base_url="http://evil.example.com")
    attacker.post("/reset-password", {"email": EMAIL}, base_url="http://evil.example.com")
    assert "http://localhost:8000/reset-password/" in messages()[-1].body
    assert "evil" not in messages()[-1].body


def test_changing_the_factor_asks_for_the_password_first(patient_app: Flask) -> None:
    person = Person(patient_app)
    client = PageClient(patient_app)
    enter(client, person)
    assert client.get("/second-step/set-up").h1 == "Choose your second step"
    with client.http.session_transaction() as cookie:
        cookie["fs_paa"] -= 601
    assert "/confirm-password" in client.get("/second-step/set-up", expect=302).location
    assert "/confirm-password" in client.get("/recovery-codes", expect=302).location
    page = client.follow(client.get("/second-step/set-up", expect=302))
    assert page.h1 == "Enter your password once more"


def test_a_changed_password_keeps_this_device_and_ends_the_others(patient_app: Flask) -> None:
    person = Person(patient_app)
    laptop, phone = PageClient(patient_app), PageClient(patient_app)
    enter(phone, person)
    person.later(seconds=31)
    enter(laptop, person)
    assert laptop.get("/change-password").h1 == "Change your password"
    new = "other invented words"
    fields = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    laptop.follow(laptop.post("/change-password", fields, expect=302))
    assert is_signed_in(laptop)
    assert not is_signed_in(phone)


def test_a_changed_factor_is_told(patient_app: Flask) -> None:
    person = Person(patient_app)
    client = PageClient(patient_app)
    enter(client, person)
    client.get("/second-step/set-up")
    page = client.post(
        "/second-step/set-up", {"setup": "sms", "phone": "(202) 555-0142"}, expect=200
    )
    action = next(a for f in page.all("form") if "set-up/" in (a := f.get("action", "")))
    person.later(seconds=31)
    client.follow(client.post(action, {"code": digits_in(messages("sms")[-1])}, expect=302))
    assert "Your codes come by text" in client.get("/account/security").text
    assert [m.template for m in messages()] == ["second_factor_changed"]


def test_rows_hold_hashes_only(request: pytest.FixtureRequest) -> None:
    client = client_of("patient", request)
    with client.http.session_transaction() as cookie:
        token = cookie["sid"]
    with transaction() as session:
        row = session.scalars(select(LoginSession)).one()
    assert token not in row.id_hash
    assert len(row.id_hash) == 64


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Firefox/141.0", "Firefox on a Mac"),
        ("", "A browser"),
    ],
)
def test_devices_have_names_one_recognises(agent: str, name: str) -> None:
    assert device_name(agent) == name
