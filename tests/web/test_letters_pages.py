"""Letters as patients read them: their own alone, word for word, with each look written down (HIPAA-7, MSG-24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from billing.language_help import in_english, languages_of
from billing.notices import NoticeKind
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.notices import Notice
from portal.models.practice import Practice
from tests.pdf_text import pdf_text
from tests.web.bills import NOW, account_of_every_kind, make_practice
from tests.web.letters_world import add_letter
from tests.web.pages import PageClient
from tests.web.people import make_account
from tests.web.statements_sent import statements_sent

Opens = Callable[..., PageClient]


@pytest.fixture
def account_id(patient_app: Flask) -> int:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind().account_id


def test_MSG_24_a_patient_reads_each_letter_and_keeps_it_as_a_pdf(account_id, as_patient) -> None:
    number = add_letter(account_id, NOW)
    client = as_patient(account_id)
    assert "We are looking into your bill" in client.get("/letters").text
    page = client.get(f"/letters/{number}")
    assert "It is about: the bill of March 2." in page.text
    assert "ATENCIÓN: si habla español" in page.text  # LANG-1
    pdf = client.get(f"/letters/{number}/letter.pdf")
    assert pdf.response.mimetype == "application/pdf"
    assert "It is about: the bill of March 2" in " ".join(pdf_text(pdf.response.data).split())


def test_HIPAA_3_each_look_at_a_letter_is_written_down(account_id, as_patient) -> None:
    number = add_letter(account_id, NOW)
    as_patient(account_id).get(f"/letters/{number}/letter.pdf")
    with read_only() as session:
        rows = session.scalars(
            select(AuditEvent).where(
                AuditEvent.object_type == "letter", AuditEvent.object_id == str(number)
            )
        ).all()
    assert [row.action for row in rows] == ["export"]


def test_HIPAA_7_another_patients_letter_and_one_that_never_left_are_not_found(
    account_id, as_patient
) -> None:
    other = add_letter(make_account(), NOW, key="other")
    stopped = add_letter(account_id, NOW, key="stopped")
    with transaction() as session:
        session.get_one(Notice, stopped).state = "stopped"
    client = as_patient(account_id)
    for number in (other, stopped, 9_999_999):
        client.get(f"/letters/{number}", expect=404)
        client.get(f"/letters/{number}/letter.pdf", expect=404)
    assert "We have not sent a letter yet" in client.get("/letters").text


@pytest.mark.parametrize("page", ["/letters", "/letters/{number}"])
def test_a_page_of_letters_asks_few_questions(account_id, as_patient, page) -> None:
    for n in range(5):
        number = add_letter(account_id, NOW, key=f"n{n}", kind=NoticeKind.ASSISTANCE_RECEIVED)
    client = as_patient(account_id)
    with statements_sent() as sent:
        client.get(page.format(number=number))
    assert len(sent) <= 12


def test_LANG_1_the_page_of_languages_says_the_words_of_our_papers(account_id, as_patient) -> None:
    with read_only() as session:
        practice = session.get_one(Practice, 1)
    page = " ".join(as_patient(account_id).get("/languages").text.split())
    assert languages_of(practice.state)
    for one in languages_of(practice.state):
        begin, end = one.notice.split("{phone}")
        assert begin.split()[-1] in page, one.tag
        assert one.name in page, one.tag
        assert " ".join(begin.split()[:4]) in page.replace("\u00a0", " "), one.tag
        assert end.strip(" .") in page, one.tag
    first = in_english("").split("Call")[0].strip()
    assert first in page.replace("\u00a0", " ")
