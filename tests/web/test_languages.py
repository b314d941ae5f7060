"""A page speaks the language that somebody chose, once a qualified person has read its words (LANG-2, LANG-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.app import create_app
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.consents import TextConsent
from staff_admin.app import create_app as create_staff_app
from tests.services.ledger_book import Book
from tests.web.newcomer import begin, prove_email, prove_phone
from tests.web.pages import Page, PageClient
from tests.web.people import make_login, signed_in
from tools import translations


@pytest.fixture
def bilingual(settings: Settings) -> Flask:
    """The patients' app of a practice that had its Spanish reviewed."""
    with transaction() as session:
        Book(session).practice()
    return create_app(replace(settings, spanish_reviewed_by="Testa Sample, certified translator"))


@pytest.fixture
def visitor(bilingual: Flask) -> PageClient:
    return PageClient(bilingual)


def english_left(page: Page) -> list[str]:
    """Sentences of the catalogue that a page still says in English."""
    ids = [str(message.id) for message in translations.catalogue() if message.id]
    plain = [words for words in ids if "%(" not in words and "<" not in words]
    return [words for words in plain if len(words.split()) > 2 and words in page.text]


def spoken(page: Page) -> str | None:
    return page.all("html")[0].get("lang")


def choose(client: PageClient, tag: str, *, on: str = "/sign-in") -> Page:
    return client.post(f"/speak/{tag}", headers={"Referer": f"http://localhost{on}"})


def test_LANG_2_words_that_nobody_reviewed_are_not_offered(stranger: PageClient) -> None:
    page = stranger.get("/sign-in", headers={"Accept-Language": "es"})
    assert spoken(page) == "en"
    assert "Español" not in page.text
    choose(stranger, "es")
    assert spoken(stranger.get("/sign-in")) == "en"


def test_LANG_3_the_browsers_language_until_somebody_chooses(visitor: PageClient) -> None:
    spanish = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
    assert visitor.get("/sign-in", headers=spanish).h1 == "Iniciar sesión"
    assert choose(visitor, "en").location == "/sign-in"
    page = visitor.get("/sign-in", headers=spanish)
    assert (spoken(page), page.h1) == ("en", "Sign in")
    choose(visitor, "es")
    assert visitor.get("/sign-in").h1 == "Iniciar sesión"


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/enroll", "/register/", "/help", "/privacy", "/texts", "/nowhere"]
)
def test_LANG_3_a_page_says_which_language_it_speaks_and_offers_the_other(
    visitor: PageClient, path: str
) -> None:
    choose(visitor, "es")
    page = visitor.get(path, expect=None)
    assert spoken(page) == "es"
    switch = next(button for button in page.all("button") if button.get("lang") == "en")
    assert switch.text == "English"


def test_LANG_3_an_error_is_said_in_the_language_of_the_page(visitor: PageClient) -> None:
    choose(visitor, "es")
    visitor.get("/register/")
    page = begin(visitor, first_name="", birth_on="13/40/1986")
    assert "Escriba su nombre." in page.text
    assert "Escriba una fecha como 4/28/1986" in page.text
    assert "Enter" not in page.text


def test_LANG_3_whoever_reads_spanish_best_goes_on_in_spanish(visitor: PageClient) -> None:
    begin(visitor)
    visitor.get("/register/language")
    visitor.post("/register/language", {"spoken_language": "en", "written_language": "es"})
    assert visitor.get("/register/email").h1 == "Su correo electrónico"


def test_MSG_2_the_ledger_keeps_the_words_that_were_read(visitor: PageClient) -> None:
    choose(visitor, "es")
    begin(visitor)
    visitor.get("/register/language")
    visitor.post("/register/language", {"spoken_language": "es", "written_language": "es"})
    prove_email(visitor)
    prove_phone(visitor)
    visitor.post("/register/emergency", {})
    assert "puede enviarme mensajes de texto sobre mis citas" in visitor.get("/register/texts").text
    visitor.post("/register/texts", {"visits": "y"})
    visitor.get("/register/password")
    words = "cuatro palabras inventadas hoy"
    visitor.post("/register/password", {"password": words, "again": words}, expect=302)
    with read_only() as session:
        [kept] = session.scalars(select(TextConsent.wording))
    assert "mensajes de texto sobre mis citas" in kept
    assert "No tengo que aceptar" in kept


def test_LANG_3_from_the_start_page_to_the_own_card_no_english_is_left(
    bilingual: Flask, visitor: PageClient
) -> None:
    choose(visitor, "es")
    person = signed_in(PageClient(bilingual), make_login("patient"))
    choose(person, "es")
    pages = [visitor.get(path) for path in ("/", "/register/", "/enroll", "/sign-in", "/help")]
    pages += [
        person.get(path)
        for path in (
            *("/home", "/details", "/details/name", "/details/address", "/details/language"),
            *("/details/emergency", "/details/phone", "/insurance", "/link/", "/account/security"),
            *("/account/data", "/account/seen", "/account/email/"),
        )
    ]
    begun = person.follow(person.post("/insurance/begin"))
    number = begun.response.request.path.split("/")[2]
    steps = ("/photo/front", "/photo/back", "/card", "/whose", "/when", "")
    pages += [person.get(f"/insurance/{number}{step}") for step in steps]
    assert {spoken(page) for page in pages} == {"es"}
    assert {page.h1: left for page in pages if (left := english_left(page))} == {}


def test_LANG_3_how_one_is_reached_and_who_helps_no_english_is_left(bilingual: Flask) -> None:
    with transaction() as session:
        book = Book(session)
        account = book.account(birth_on=date(1980, 4, 5))
        book.patient(account)
        account_id = account.id
    person = signed_in(PageClient(bilingual), make_login("patient", accounts=[account_id]))
    choose(person, "es")
    paths = (
        *(f"/contact/{account_id}{part}" for part in ("", "/mobile", "/address", "/choices")),
        *(f"/details/confidential{part}" for part in ("/", "/address", "/email", "/phone")),
        *(
            "/details/confidential/never",
            "/access/",
            "/access/child",
            "/access/invite",
        ),
    )
    pages = [person.get(path) for path in paths]
    assert {spoken(page) for page in pages} == {"es"}
    assert {page.h1: left for page in pages if (left := english_left(page))} == {}


@pytest.mark.parametrize("referrer", ["https://evil.example.com//evil.example.com/x", "//evil", ""])
def test_the_choice_leads_to_no_other_site(visitor: PageClient, referrer: str) -> None:
    page = visitor.post("/speak/es", headers={"Referer": referrer})
    assert page.location.startswith("/")
    assert not page.location.startswith("//")


def test_LANG_3_staff_work_in_english(settings: Settings) -> None:
    app = create_staff_app(replace(settings, spanish_reviewed_by="Testa Sample"))
    page = PageClient(app).get("/sign-in", headers={"Accept-Language": "es"})
    assert (spoken(page), page.h1) == ("en", "Sign in")
