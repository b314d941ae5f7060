"""What a patient reads of a refusal: we are on it, nothing is owed for it now, and how it ended; in English and Spanish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing.denial_states import DenialEvent
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.claims import Visit
from portal.models.denials import Denial
from portal.queries.denials_told import denied_sentence
from portal.queries.statement_build import Draft, draft
from portal.queries.statement_facts import statement_facts
from portal.services.move_denial import move_denial
from portal.web.languages import COMPILED
from portal.web.spanish import in_words_of
from tests.conftest import NOW
from tests.reading_grade import reading_grade
from tests.services.payer_voice import ON, Payer, bill, book, clp, svc
from tests.web.pages import PageClient

AsPatient = Callable[..., PageClient]
WAYS = ("looking", "appealing", "sent_again", "agreed", "leaving", "taken_off")
OPEN = "Your insurer said no to $150.00. We are looking into it. You owe nothing for it now."


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask) -> None:
    patient_app.config["CLOCK"] = lambda: NOW


def visit_of(*lines: str) -> Visit:
    """A visit whose lines of $150.00 the payer answered so."""
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([15_000 for _ in lines])
    codes = ("99213", "85025", "36415")
    said = [svc(code, 150, reasons) for code, reasons in zip(codes, lines, strict=False)]
    Payer().pays(clp(visit.control_number, *said))
    return visit


def move(*events: DenialEvent) -> None:
    with transaction() as session:
        denial = session.scalars(select(Denial)).one()
        for event in events:
            move_denial(session, denial, event, now=NOW)


def statement(visit: Visit) -> Draft:
    with read_only() as session:
        facts = statement_facts(session, account_ids=[visit.guarantor_account_id], on=ON)
    [account] = facts.balances
    return draft(facts, account, on=ON + timedelta(days=1), public_url="http://localhost:8000")


def test_C_5_a_refused_visit_is_no_bill_and_says_what_we_do(as_patient: AsPatient) -> None:
    visit = visit_of("CO-197 150")
    patient = as_patient(visit.guarantor_account_id)
    home, page = patient.get("/bills"), patient.get(f"/bills/{visit.id}")
    for one in (home, page):
        assert OPEN in one.text
        assert "Pay $" not in one.text
    assert "This is not a bill" in page.text
    assert "You need not do anything." in page.text
    move(DenialEvent.APPEAL)
    assert "We are appealing. You owe nothing for it now." in patient.get(f"/bills/{visit.id}").text


def test_C_5_a_refused_line_stands_apart_from_the_bill_beside_it(as_patient: AsPatient) -> None:
    visit = visit_of("CO-45 50, PR-1 30", "CO-197 150")
    assert bill(visit.id).due_now == Money(3_000)
    page = as_patient(visit.guarantor_account_id).get(f"/bills/{visit.id}")
    assert OPEN in page.text
    assert "Pay $30.00" in page.text
    assert "Your insurer said no; not due now" in page.text


def test_STMT_4_STMT_24_a_statement_asks_only_for_the_share_and_adds_up() -> None:
    visit = visit_of("CO-45 50, PR-1 30", "CO-197 150", "CO-50 150")
    drawn = statement(visit)
    assert drawn.faults == ()
    assert drawn.content.amount_due == Money(3_000)
    denied = [(line.denied, line.owe) for line in drawn.content.lines]
    assert denied == [(Money(0), Money(3_000)), *[(Money(15_000), Money(0))] * 2]
    assert OPEN in drawn.content.lines[1].why


def test_STMT_24_what_we_took_off_is_said_to_be_off(as_patient: AsPatient) -> None:
    visit = visit_of("CO-45 50, PR-1 30", "CO-197 150")
    move(DenialEvent.TAKE, DenialEvent.WRITE_OFF)
    [_, line] = statement(visit).content.lines
    assert "Your insurer said no to $150.00. We took it off. You do not owe it." in line.why
    page = as_patient(visit.guarantor_account_id).get(f"/bills/{visit.id}")
    assert "We are looking into it" not in page.text


def test_STMT_24_a_share_in_review_is_told_as_refused_and_not_due(as_patient: AsPatient) -> None:
    visit = visit_of("PR-204 150")
    page = as_patient(visit.guarantor_account_id).get(f"/bills/{visit.id}")
    assert OPEN in page.text
    assert "Pay $" not in page.text


def test_LANG_3_it_is_said_in_spanish_too() -> None:
    said = in_words_of(COMPILED, OPEN, "es")
    assert (
        said
        == "Su aseguradora dijo no a $150.00. Lo estamos revisando. Ahora no debe nada por eso."
    )
    for how in WAYS:
        assert "insurer" not in in_words_of(COMPILED, denied_sentence(Money(15_000), how), "es")


def test_STMT_14_each_sentence_is_easy_to_read() -> None:
    for how in WAYS:
        assert reading_grade(denied_sentence(Money(15_000), how)) <= 8
