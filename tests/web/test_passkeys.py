"""Passkeys: both factors in one, bound to their owner and our address, told and counted like every way in."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.identity import Login, LoginSession, Passkey
from portal.web.passkeys import Ceremonies
from tests.web.pages import PageClient
from tests.web.people import make_account, make_login, messages, signed_in
from tests.web.soft_passkey import SoftPasskey, register, sign_in, wish
from tests.web.test_sign_in import EMAIL, Person, enter, give_password, is_signed_in, person

__all__ = ["person"]
FAILED = "That passkey did not work here."


@pytest.fixture
def mine(person: Person, patient_app: Flask) -> tuple[PageClient, SoftPasskey]:
    """The person's signed-in browser, and the passkey they have just added with it."""
    client, passkey = PageClient(patient_app), SoftPasskey()
    enter(client, person)
    register(client, passkey)
    return client, passkey


def actions() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_ID_9_a_passkey_signs_in_by_itself(
    mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    page = sign_in(stranger, mine[1])
    assert page.location == "/welcome"
    assert is_signed_in(stranger)
    with transaction() as session:
        rows = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()
    assert [row.trusted for row in rows] == [False, False]
    assert [one for one in actions() if one != "view"] == ["sign_in", "passkey_added", "sign_in"]
    assert [m.template for m in messages()] == ["passkey_added"]


def test_the_page_that_was_asked_for_comes_after_a_passkey(
    mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    page = stranger.get("/sign-in?next=/account/security")
    action = next(a for form in page.all("form") if "/passkey" in (a := form.get("action", "")))
    action, options = wish(stranger.post(action, expect=200))
    page = stranger.post(action, {"credential": mine[1].used(options)})
    assert page.location == "/account/security"


def test_ID_7_a_passkey_is_the_second_step_after_a_password(
    mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    page = stranger.follow(give_password(stranger))
    assert page.h1 == "Choose your second step"
    page = stranger.follow(stranger.post("/second-step/choose", {"which": "webauthn"}))
    assert page.h1 == "Use your passkey"
    assert "Use a saved recovery code" in page.text
    action, options = wish(stranger.post("/sign-in/passkey", expect=200))
    assert len(options["allowCredentials"]) == 1
    stranger.post(action, {"credential": mine[1].used(options)}, expect=302)
    assert is_signed_in(stranger)


def test_what_is_asked_of_the_device(mine: tuple[PageClient, SoftPasskey]) -> None:
    """It checks its holder, lives on the device, and may be of any make; nobody's name is hinted at."""
    client = mine[0]
    client.get("/passkeys")
    _, options = wish(client.post("/passkeys", {"name": "Stick"}, expect=200))
    chosen = options["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"]) == ("required", "required")
    assert "authenticatorAttachment" not in chosen
    assert options["rp"]["id"] == "localhost"
    assert len(options["excludeCredentials"]) == 1
    client.post("/sign-out", expect=302)
    client.token = ""
    client.get("/sign-in")
    _, options = wish(client.post("/sign-in/passkey", {"identity": EMAIL}, expect=200))
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")


@pytest.mark.parametrize(
    "forged", [SoftPasskey(verified=False), SoftPasskey(origin="https://evil.example.com")]
)
def test_ID_6_nobody_checked_or_another_address_is_no_passkey(
    forged: SoftPasskey, mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    client, passkey = mine
    assert FAILED in client.follow(register(client, forged, "Other")).text
    forged.key, forged.id, forged.owner = passkey.key, passkey.id, passkey.owner
    assert FAILED in stranger.follow(sign_in(stranger, forged)).text
    assert not is_signed_in(stranger)


def test_a_deleted_passkey_opens_nothing_and_is_told(
    mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    client, passkey = mine
    sign_in(stranger, passkey)
    client.post("/passkeys/delete", {"name": "My phone"}, expect=302)
    assert "The passkey My phone is deleted." in client.get("/passkeys").text
    assert not is_signed_in(stranger), "what was opened with it ends"
    assert is_signed_in(client)
    stranger.token = ""
    assert FAILED in stranger.follow(sign_in(stranger, passkey)).text
    assert [m.template for m in messages()] == ["passkey_added", "passkey_deleted"]
    assert "passkey_failed" in actions()


def test_ID_9_the_last_second_factor_is_not_deleted(mine: tuple[PageClient, SoftPasskey]) -> None:
    with transaction() as session:
        session.execute(update(Login).values(tf_primary_method=None, tf_totp_secret=None))
    page = mine[0].follow(mine[0].post("/passkeys/delete", {"name": "My phone"}))
    assert "This passkey is your only second step." in page.text
    with transaction() as session:
        assert session.scalars(select(Passkey)).all()


def test_another_persons_passkey_is_no_second_step(
    mine: tuple[PageClient, SoftPasskey], patient_app: Flask, stranger: PageClient
) -> None:
    """Neither after somebody's password nor in place of it before a change."""
    other_id = make_login("patient", email="other@example.com", accounts=[make_account()])
    other, theirs = signed_in(PageClient(patient_app), other_id), SoftPasskey()
    register(other, theirs)
    stranger.follow(give_password(stranger))
    stranger.follow(stranger.post("/second-step/choose", {"which": "webauthn"}))
    action, options = wish(stranger.post("/sign-in/passkey", expect=200))
    stranger.post(action, {"credential": theirs.used(options)}, expect=302)
    assert not is_signed_in(stranger)

    client = mine[0]
    forget_the_password(client)
    client.get("/confirm-passkey")
    action, options = wish(client.post("/confirm-passkey", expect=200))
    client.post(action, {"credential": theirs.used(options)}, expect=302)
    assert "/confirm-password" in client.get("/passkeys", expect=302).location


def test_ID_9_adding_and_deleting_ask_first_and_a_passkey_may_answer(
    mine: tuple[PageClient, SoftPasskey],
) -> None:
    client, passkey = mine
    forget_the_password(client)
    for path in ("/passkeys", "/passkeys/delete"):
        assert "/confirm-password" in client.post(path, {"name": "My phone"}, expect=302).location
    page = client.follow(client.get("/passkeys", expect=302))
    link = next(link for link in page.links() if "confirm-passkey" in link)
    client.get(link)
    action, options = wish(client.post(link, expect=200))
    page = client.post(action, {"credential": passkey.used(options)}, expect=302)
    assert page.location == "/passkeys"
    assert client.follow(page).h1 == "Passkeys"


def forget_the_password(client: PageClient) -> None:
    with client.http.session_transaction() as cookie:
        cookie["fs_paa"] -= 601


def test_ID_7_an_answer_works_once_and_in_one_browser(
    mine: tuple[PageClient, SoftPasskey], patient_app: Flask, stranger: PageClient
) -> None:
    stranger.get("/sign-in")
    action, options = wish(stranger.post("/sign-in/passkey", expect=200))
    answer = {"credential": mine[1].used(options)}
    elsewhere = PageClient(patient_app)
    elsewhere.post(action, answer, expect=302)
    assert not is_signed_in(elsewhere)
    stranger.post(action, answer, expect=302)
    assert is_signed_in(stranger)
    stranger.post("/sign-out", expect=302)
    stranger.token = ""
    stranger.post(action, answer, expect=302)
    assert not is_signed_in(stranger)


def test_ID_8_wrong_signatures_are_counted_and_told(
    mine: tuple[PageClient, SoftPasskey], person: Person, stranger: PageClient
) -> None:
    forged, passkey = SoftPasskey(), mine[1]
    forged.id, forged.owner = passkey.id, passkey.owner
    for _ in range(5):
        assert FAILED in stranger.follow(sign_in(stranger, forged)).text
    assert "too many tries" in stranger.follow(sign_in(stranger, passkey)).text
    person.later(minutes=16)
    for _ in range(5):
        sign_in(stranger, forged)
    assert [m.template for m in messages()] == ["passkey_added", "sign_in_locked"]
    person.later(minutes=16)
    sign_in(stranger, passkey)
    assert is_signed_in(stranger)


@pytest.mark.parametrize("rubbish", ["", "no json", "[]", '{"id": 1}', '{"id": "x", "rawId": "é"}'])
def test_rubbish_is_refused_without_a_fault(rubbish: str, stranger: PageClient) -> None:
    stranger.get("/sign-in")
    action, _ = wish(stranger.post("/sign-in/passkey", expect=200))
    page = stranger.post(action, {"credential": rubbish}, expect=302)
    assert FAILED in stranger.follow(page).text


def test_a_switched_off_sign_in_has_no_passkey(
    mine: tuple[PageClient, SoftPasskey], stranger: PageClient
) -> None:
    with transaction() as session:
        session.execute(update(Login).values(active=False))
    assert FAILED in stranger.follow(sign_in(stranger, mine[1])).text
    assert not is_signed_in(stranger)


def test_staff_have_passkeys_of_their_own(
    staff_app: Flask, staff_stranger: PageClient, patient_app: Flask
) -> None:
    """One device may hold one for each face; neither opens the other's."""
    person, theirs = Person(staff_app, "staff"), SoftPasskey()
    client = PageClient(staff_app)
    enter(client, person)
    client.get("/passkeys")
    action, options = wish(client.post("/passkeys", {"name": "Desk"}, expect=200))
    assert options["user"]["name"] == f"{EMAIL} (staff)"
    client.post(action, {"credential": theirs.made(options)}, expect=302)
    sign_in(staff_stranger, theirs)
    assert is_signed_in(staff_stranger)
    patient = PageClient(patient_app)
    patient_app.config["CLOCK"] = staff_app.config["CLOCK"]
    sign_in(patient, theirs)
    assert not is_signed_in(patient)


def test_the_list_says_when_each_was_used(
    mine: tuple[PageClient, SoftPasskey], person: Person, stranger: PageClient
) -> None:
    person.later(hours=2)
    sign_in(stranger, mine[1])
    page = stranger.get("/passkeys")
    assert "My phone" in page.text
    assert "Last used March 2, 2026 at 12:00 PM" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    with transaction() as session:
        row = session.scalars(select(Passkey)).one()
    assert row.last_used_at - row.created_at == timedelta(hours=2)


@pytest.mark.parametrize("name", ["", "x" * 41, "a\u202eb"])
def test_odd_names_are_refused(name: str, mine: tuple[PageClient, SoftPasskey]) -> None:
    mine[0].get("/passkeys")
    page = mine[0].post("/passkeys", {"name": name}, expect=200)
    assert page.h1 == "Passkeys"
    assert "Please check this" in page.text


def test_ID_7_the_same_answer_twice_at_once_makes_one_passkey(
    person: Person, patient_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two presses of one button: both are looked at in the same moment, and neither breaks."""
    client, passkey = PageClient(patient_app), SoftPasskey()
    enter(client, person)
    client.get("/passkeys")
    action, options = wish(client.post("/passkeys", {"name": "My phone"}, expect=200))
    sent = {"credential": passkey.made(options), "csrf_token": client.token}
    with client.http.session_transaction() as cookie:
        kept = dict(cookie)
    both = threading.Barrier(2, timeout=0.5)
    origin = Ceremonies.origin

    def together(self: Ceremonies) -> str:
        with contextlib.suppress(threading.BrokenBarrierError):  # the other one waits for its turn
            both.wait()
        return origin(self)

    monkeypatch.setattr(Ceremonies, "origin", together)

    def press(_number: int) -> int:
        browser = PageClient(patient_app)
        with browser.http.session_transaction() as cookie:
            cookie.update(kept)
        return browser.http.post(action, data=sent).status_code

    with ThreadPoolExecutor(2) as presses:
        assert list(presses.map(press, range(2))) == [302, 302]
    with transaction() as session:
        assert session.scalars(select(Passkey.name)).all() == ["My phone"]
