"""The way back: two different codes, or one and a factor still held; and trust that ends (ID-9, ID-11)."""

from __future__ import annotations

import re

from flask import Flask

from tests.web.pages import Page, PageClient
from tests.web.people import messages
from tests.web.test_sign_in import EMAIL, Person, enter, give_password, is_signed_in, person

__all__ = ["person"]
NEW = "other invented words"


def use_saved_code(client: PageClient, code: str) -> Page:
    client.get("/second-step/recovery-code")
    return client.post("/second-step/recovery-code", {"code": code})


def reset_password(client: PageClient, email: str = EMAIL) -> None:
    client.get("/reset-password")
    client.post("/reset-password", {"email": email})
    link = re.search(r"http://localhost:8000(/reset-password/\S+)", messages()[-1].body)
    assert link is not None
    client.get(link[1])
    client.post(link[1], {"password": NEW, "password_confirm": NEW}, expect=302)
    client.token = ""


def test_ID_11_a_used_code_is_made_good_at_once(person: Person, stranger: PageClient) -> None:
    stranger.follow(give_password(stranger))
    page = stranger.follow(use_saved_code(stranger, person.codes[0]))
    assert page.h1 == "Recovery codes"
    page = stranger.post("/recovery-codes", {"generate_new_codes": "yes"}, expect=200)
    assert page.h1 == "Save your recovery codes"
    assert stranger.follow(stranger.get("/welcome", expect=302)).h1 != "Recovery codes"
    other = PageClient(person.app)
    other.follow(give_password(other))
    use_saved_code(other, person.codes[1])
    assert not is_signed_in(other), "the older ones are worthless"


def test_ID_11_mail_alone_opens_nothing_mail_and_a_saved_code_do(
    person: Person, stranger: PageClient
) -> None:
    """Password and phone both lost."""
    reset_password(stranger)
    page = stranger.follow(give_password(stranger, NEW))
    assert page.h1 == "Enter your code"
    assert not is_signed_in(stranger)
    use_saved_code(stranger, person.codes[0])
    assert is_signed_in(stranger)
    told = [m.template for m in messages()]
    assert told == [
        "security/email/reset_instructions",
        "security/email/reset_notice",
        "recovery_code_used",
    ]


def test_ID_9_trust_ends_after_thirty_days(person: Person, patient_app: Flask) -> None:
    client = PageClient(patient_app)
    enter(client, person, remember="y")
    client.post("/sign-out", expect=302)
    client.token = ""
    person.later(days=29)
    give_password(client)
    assert is_signed_in(client)
    client.post("/sign-out", expect=302)
    client.token = ""
    person.later(days=1, minutes=1)
    assert "second-step" in give_password(client).location
