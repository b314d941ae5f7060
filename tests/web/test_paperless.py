"""Statements without paper, on the pages: read, try, agree, go back (MSG-24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.consents import ESignConsent
from portal.models.identity import Login
from portal.queries.esign_words import agreement, disclosures
from tests.conftest import NOW
from tests.pdf_text import pdf_text
from tests.reading_grade import reading_grade
from tests.web.bills import make_practice
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, messages, signed_in
from tests.web.statements_sent import statements_sent
from tools import translations

Opens = Callable[..., PageClient]
EMAIL = "testa@example.com"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def account(patient_app: Flask) -> int:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return make_account()


@pytest.fixture
def client(account: int, as_patient: Opens) -> PageClient:
    return as_patient(account, email=EMAIL)


def link() -> str:
    found = re.search(r"https?://\S+/paperless/sample/\S+", messages()[-1].body)
    assert found
    return urlsplit(found[0]).path


def code_in(page: Page) -> str:
    """What a person reads in the opened file."""
    assert page.response.mimetype == "application/pdf"
    text = pdf_text(page.response.data)
    assert "Sample statement" in text
    assert "This is not a bill" in text
    found = re.search(r"\b(\d{3}) (\d{3})\b", text)
    assert found, text
    return found[1] + found[2]


def ask(client: PageClient) -> Page:
    client.get("/paperless")
    return client.post("/paperless/sample", expect=302)


def demonstrate(client: PageClient) -> Page:
    ask(client)
    code = code_in(client.get(link()))
    client.get("/paperless/code")
    return client.post("/paperless/code", {"code": code}, expect=302)


def agree(client: PageClient) -> Page:
    page = client.get("/paperless/agree")
    sent = {"agree": "y", "seen_hash": page.hidden("seen_hash")}
    client.post("/paperless/agree", sent, expect=302)
    return page


def rows() -> list[ESignConsent]:
    with read_only() as session:
        return list(session.scalars(select(ESignConsent).order_by(ESignConsent.id)))


def test_MSG_24_read_try_agree_and_go_back(client: PageClient, account: int) -> None:
    start = client.get("/paperless")
    assert "Your statements come on paper" in start.text
    for one in disclosures("(212) 555-0100", "en"):
        assert one.title in start.text
    assert demonstrate(client).location.endswith("/paperless/agree")
    page = agree(client)
    box = next(field for field in page.all("input") if field.get("name") == "agree")
    assert box.get("checked") is None
    assert agreement(EMAIL, "en") in page.text
    [consent] = rows()
    assert (consent.guarantor_account_id, consent.email, consent.granted) == (account, EMAIL, True)
    assert consent.demonstrated_at == NOW
    assert (consent.ip, consent.user_agent != "") == ("127.0.0.1", True)
    done = client.get("/paperless")
    assert "Your statements come without paper" in done.text
    assert "E-mail me the sample" not in done.text
    # The consequences stand before the one press.
    assert done.text.index("Your next statement then comes in the mail") >= 0
    client.post("/paperless/stop", expect=302)
    assert [row.granted for row in rows()] == [True, False]
    assert "Your statements come on paper" in client.get("/paperless").text


def test_MSG_24_without_the_tick_nothing_is_agreed(client: PageClient) -> None:
    demonstrate(client)
    client.get("/paperless/agree")
    page = client.post("/paperless/agree", expect=200)
    assert "Tick the box if you agree" in page.text
    assert rows() == []


def test_MSG_24_without_the_demonstration_there_is_no_box(client: PageClient) -> None:
    assert client.get("/paperless/agree", expect=302).location.endswith("/paperless")
    assert client.get("/paperless/code", expect=302).location.endswith("/paperless")
    client.post("/paperless/agree", {"agree": "y"}, expect=302)
    assert rows() == []


def test_a_wrong_code_is_refused_and_tries_are_counted(client: PageClient) -> None:
    ask(client)
    right = code_in(client.get(link()))
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert "not right" in client.post("/paperless/code", {"code": wrong}, expect=200).text
    for _ in range(4):
        client.post("/paperless/code", {"code": wrong}, expect=200)
    page = client.post("/paperless/code", {"code": right}, expect=200)
    assert "too many tries" in page.text
    assert rows() == []


def test_the_sample_opens_for_its_own_sign_in_alone_and_for_a_day(
    client: PageClient, account: int, as_patient: Opens, patient_app: Flask
) -> None:
    ask(client)
    path = link()
    other = as_patient(account, email="other@example.com")
    other.get(path, expect=404)
    client.get(path[:-1] + ("0" if path[-1] != "0" else "1"), expect=404)
    client.get("/paperless/sample/x", expect=404)
    nonce = path.rsplit("/", 1)[1].split("-")
    client.get(f"/paperless/sample/{int(nonce[0]) + 9}-{nonce[1]}-{nonce[2]}", expect=404)
    client.get(path)
    patient_app.config["CLOCK"] = lambda: NOW + timedelta(days=1, minutes=1)
    later = signed_in(PageClient(patient_app), client.login_id)
    later.get(path, expect=404)


def test_the_sample_may_be_opened_on_another_device(client: PageClient, patient_app: Flask) -> None:
    ask(client)
    phone = signed_in(PageClient(patient_app), client.login_id)
    code = code_in(phone.get(link()))
    phone.get("/paperless/code")
    page = phone.post("/paperless/code", {"code": code}, expect=302)
    assert page.location.endswith("/paperless/agree")


def test_the_sample_is_mailed_to_the_sign_in_so_often_and_no_more(client: PageClient) -> None:
    for _ in range(6):
        page = ask(client)
    assert page.location.endswith("/paperless")
    assert "too many tries" in client.get("/paperless").text
    assert {message.recipient for message in messages()} == {EMAIL}
    assert len(messages()) == 5


def test_paper_only_at_the_office_is_not_overruled(client: PageClient, account: int) -> None:
    with transaction() as session:
        session.execute(update(GuarantorAccount).values(paper_only=True))
    page = client.get("/paperless")
    assert "you want paper only" in page.text
    assert "E-mail me the sample" not in page.text
    client.post("/paperless/sample", expect=409)
    assert messages() == []


def test_the_patient_is_told_that_mail_came_back(client: PageClient) -> None:
    with transaction() as session:
        session.execute(update(Login).values(email_failed_at=NOW))
    for path in ("/bills", "/paperless"):
        assert "We could not reach you by e-mail" in client.get(path).text


def test_STMT_14_the_six_texts_read_easily() -> None:
    for one in disclosures("(212) 555-0100", "en"):
        assert reading_grade(one.text) <= 8, (one.key, reading_grade(one.text))
    assert len({one.key for one in disclosures("", "en")}) == 6
    assert reading_grade(agreement("", "en")) <= 8


def test_the_page_asks_the_database_a_fixed_number_of_times(client: PageClient) -> None:
    client.get("/paperless")
    with statements_sent() as sent:
        client.get("/paperless")
    assert len(sent) <= 16, sent


def test_a_strangers_statement_has_no_paper_copy(client: PageClient) -> None:
    client.get("/paperless")
    client.post("/statements/2026-0001/paper-copy", expect=404)


def test_MSG_24_LANG_3_in_Spanish_they_read_agree_and_the_row_keeps_those_words(
    client: PageClient,
) -> None:
    client.post("/speak/es", {}, expect=302)
    start = client.get("/paperless")
    for one in disclosures("(212) 555-0100", "es"):
        assert one.title in start.text
    ask(client)
    pdf = client.get(link()).response.data
    text = pdf_text(pdf)
    assert "Muestra de estado de cuenta" in text
    assert "Sample" not in text
    found = re.search(r"\b(\d{3}) (\d{3})\b", text)
    assert found
    client.get("/paperless/code")
    client.post("/paperless/code", {"code": found[1] + found[2]}, expect=302)
    page = agree(client)
    assert agreement(EMAIL, "es") in page.text
    done = client.get("/paperless")
    for shown in (start, page, done):
        for words in ("paper", "Your", "sample", "e-mail", "statement", "agree"):
            assert words not in shown.text.replace("Español", ""), words
    [consent] = rows()
    assert consent.language == "es"
    assert consent.wording["agreement"] == agreement(EMAIL, "es")
    assert {key: kept["title"] for key, kept in consent.wording.items() if key != "agreement"} == {
        one.key: one.title for one in disclosures("", "es")
    }
    assert "Sus estados de cuenta llegan sin papel." in done.text


def test_MSG_24_nobody_agrees_to_words_that_they_did_not_read(client: PageClient) -> None:
    """The language is changed in another window while the box waits: it is asked for anew, unticked."""
    demonstrate(client)
    seen = client.get("/paperless/agree").hidden("seen_hash")
    client.post("/speak/es", {}, expect=302)
    page = client.post("/paperless/agree", {"agree": "y", "seen_hash": seen}, expect=200)
    assert "Las palabras cambiaron desde que las leyó." in page.text
    assert page.hidden("seen_hash") != seen
    box = next(field for field in page.all("input") if field.get("name") == "agree")
    assert box.get("checked") is None
    assert rows() == []


def test_LANG_3_the_two_languages_say_the_same_things() -> None:
    english, spanish = (disclosures("555-0100", language) for language in ("en", "es"))
    assert [(one.key, one.version) for one in english] == [
        (one.key, one.version) for one in spanish
    ]
    assert "“Mail me a paper copy”" in english[4].text
    catalogue = {message.id: message.string for message in translations.catalogue()}
    assert f"“{catalogue['Mail me a paper copy']}”" in spanish[4].text
    assert "555-0100" in spanish[3].text
