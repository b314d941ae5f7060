"""Somebody new goes through registration, screen by screen."""

from __future__ import annotations

from tests.web.pages import Page, PageClient
from tests.web.people import PASSWORD, digits_in, messages

WHO = {
    "first_name": "Testa",
    "middle_name": "",
    "last_name": "Sample",
    "suffix": "",
    "birth_on": "4/28/1986",
}
EMAIL = "testa.new@example.com"
PHONE = "+12125550142"


def begin(client: PageClient, **who: str) -> Page:
    """The first screen."""
    client.get("/register/")
    return client.post("/register/", WHO | who)


def up_to_email(client: PageClient, **who: str) -> None:
    """Name and language."""
    assert begin(client, **who).location == "/register/language"
    client.get("/register/language")
    said = {"spoken_language": "es", "written_language": "es", "interpreter": "y", "braille": "y"}
    assert client.post("/register/language", said).location == "/register/email"


def prove_email(client: PageClient, email: str = EMAIL) -> Page:
    """The address and its six digits."""
    client.get("/register/email")
    client.post("/register/email", {"email": email}, expect=302)
    client.get("/register/email-code")
    return client.post("/register/email-code", {"code": digits_in(messages()[-1])})


def prove_phone(client: PageClient, phone: str = PHONE) -> Page:
    """The number and its six digits."""
    client.get("/register/phone")
    client.post("/register/phone", {"mobile": phone}, expect=302)
    client.get("/register/phone-code")
    return client.post("/register/phone-code", {"code": digits_in(messages("sms")[-1])})


def register(client: PageClient, *, email: str = EMAIL, texts: tuple[str, ...] = ()) -> Page:
    """Everything, with these boxes ticked; the answer to the password."""
    up_to_email(client)
    prove_email(client, email)
    assert prove_phone(client).location == "/register/emergency"
    client.get("/register/emergency")
    named = {
        "emergency_name": "Sam Sample",
        "emergency_relationship": "brother",
        "emergency_phone": "212-555-0143",
    }
    assert client.post("/register/emergency", named).location == "/register/texts"
    client.get("/register/texts")
    ticked = dict.fromkeys(texts, "y")
    assert client.post("/register/texts", ticked).location == "/register/password"
    client.get("/register/password")
    return client.post("/register/password", {"password": PASSWORD, "again": PASSWORD})
