"""Help with paying: public pages, the offer, and an application from its first screen to its timeline (FA-5 to FA-9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from billing.holds import Condition
from portal.db import read_only, transaction
from portal.models.assistance import AssistanceApplication, AssistanceEvent
from portal.models.assistance_decisions import AssistanceRequest
from portal.queries.conditions import conditions
from tests.web.bills import make_practice
from tests.web.help_world import (
    ABOUT,
    COVERAGE,
    add_income,
    add_person,
    application,
    begun,
    filled,
    papers,
    send_photo,
    sign,
)
from tests.web.insurance_world import photo
from tests.web.pages import PageClient
from tests.web.people import make_account

AsPatient = Callable[..., PageClient]
PUBLIC = ("", "/policy", "/summary", "/check")
NEVER = re.compile(
    r"social|ssn|citizen|immigra|visa|asset|house|car\b|savings", re.IGNORECASE
)  # in the names and labels of fields


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, now: datetime) -> None:
    patient_app.config["CLOCK"] = lambda: now


@pytest.fixture
def account_id(database_url: str) -> int:
    make_practice()
    return make_account()


@pytest.fixture
def client(account_id: int, as_patient: AsPatient) -> PageClient:
    return as_patient(account_id)


def holds(account_id: int) -> bool:
    with read_only() as session:
        book = conditions(session, on=date(2026, 3, 2), account_ids=[account_id])
    return Condition.ASSISTANCE_PENDING in book.of(account_id).kinds


def test_FA_5_STMT_7_all_of_it_is_read_without_a_sign_in(
    account_id: int, stranger: PageClient
) -> None:
    for path in PUBLIC:
        assert stranger.get(f"/help-paying{path}").h1
    policy = stranger.get("/help-paying/policy").text
    for said in (
        "$31,920.00",
        "$43,280.00",
        "Each more$11,360.00",
        "poverty",
        "Medicare",
        "collection agency",
        "21 days",
        "W-2",
    ):
        assert said in policy
    pdf = stranger.get("/help-paying/form.pdf").response.data
    assert pdf.startswith(b"%PDF-")
    assert stranger.get("/help-paying/form.pdf").response.data == pdf


def test_STMT_7_two_clicks_from_any_page_to_policy_form_and_summary(
    account_id: int, stranger: PageClient
) -> None:
    assert "/help-paying" in stranger.get("/").links()  # every page's footer
    there = stranger.get("/help-paying").links()
    for path in ("policy", "summary", "form.pdf", "apply", "check"):
        assert f"/help-paying/{path}" in there


@pytest.mark.parametrize(
    ("people", "band", "said"),
    [
        ("1", "0", "You may pay nothing."),
        ("1", "6", "lower bill"),
        ("1", "10", "You can still apply."),
    ],
)
def test_FA_5_the_check_offers_and_never_refuses(
    account_id: int, stranger: PageClient, people: str, band: str, said: str
) -> None:
    page = stranger.post("/help-paying/check", {"people": people, "band": band}, expect=200)
    assert said in page.text
    assert "not our answer yet" in page.text
    assert "/help-paying/apply" in page.links()
    with read_only() as session:
        assert session.query(AssistanceApplication).count() == 0


def test_FA_6_from_the_first_screen_to_the_hold(
    client: PageClient, account_id: int, now: datetime
) -> None:
    at = filled(client)
    assert add_person(client, at, "Testo Sample").status == 302
    assert send_photo(client, f"{at}/papers", photo()).status == 302
    assert not holds(account_id)
    page = client.get(f"{at}/sign")
    for said in (
        "Testa Sample",
        "Testo Sample",
        "$30,000.00 a year",
        "pay stubs",
        "I lost my job.",
    ):
        assert said in page.text
    assert sign(client, at).location == at
    row = application()
    assert (row.received_on, row.acknowledged_on) == (now.date(), now.date())
    assert row.signed_name == "Testa Sample"
    assert row.consent_to_verify
    assert len(row.answers["signed_sha256"]) == 64
    assert "What I wrote here is true" in row.answers["signed_words"]
    assert client.get(at).text.count("We have it") >= 1
    assert papers()[0].media_type == "application/pdf"


def test_FA_12_COLL_8_bills_wait_from_the_moment_that_it_is_sent(
    client: PageClient, account_id: int
) -> None:
    at = filled(client, amount="4500")
    assert not holds(account_id)
    sign(client, at)
    assert application().state == "received"
    assert holds(account_id)
    page = client.get(at)
    assert "we send no reminders" in page.text
    client.post(f"{at}/withdraw", expect=302)
    assert application().state == "withdrawn"
    assert not holds(account_id)


@pytest.mark.parametrize("days", [0, 240, 241, 300])
def test_COLL_6_the_form_stays_open_at_day_240_and_after(
    patient_app: Flask, account_id: int, as_patient: AsPatient, now: datetime, days: int
) -> None:
    """No day closes the form: it is taken, and bills wait from that day on."""
    patient_app.config["CLOCK"] = lambda: now + timedelta(days=days)
    client = as_patient(account_id)
    at = filled(client, amount="4500")
    assert sign(client, at).location == at
    row = application()
    assert row.state == "received"
    assert row.received_on == (now + timedelta(days=days)).date()
    assert holds(account_id)


def test_FA_6_no_screen_asks_what_nobody_may_ask(client: PageClient) -> None:
    at = filled(client)
    for step in ("you", "household", "income", "coverage", "hardship", "papers", "sign"):
        page = client.get(f"{at}/{step}")
        asked = [
            *(
                f"{one.get('name')}"
                for one in (*page.all("input"), *page.all("textarea"), *page.all("select"))
            ),
            *("".join(one.itertext()) for one in (*page.all("label"), *page.all("legend"))),
        ]
        allowed = {
            "Social Security or SSI",
            "A letter about Social Security, SSI, VA or unemployment pay",
        }
        wrong = [one for one in asked if NEVER.search(one) and one.strip() not in allowed]
        assert not wrong, (step, wrong)


def test_FA_6_left_and_taken_up_again_by_the_same_sign_in(client: PageClient) -> None:
    at = filled(client)
    assert "Not sent yet" in client.get("/help-paying/apply").text
    assert begun(client) == at  # no second one
    values = {f.get("name"): f.get("value") for f in client.get(f"{at}/you").all("input")}
    assert values["residence_county"] == ABOUT["residence_county"]


def test_FA_6_nothing_is_sent_before_each_step_is_done(client: PageClient) -> None:
    at = begun(client)
    page = client.get(f"{at}/sign")
    assert "This is not done yet" in page.text
    page = sign(client, at)
    assert page.status == 200
    assert application().state == "draft"


def test_FA_6_a_second_window_signs_nothing_that_it_did_not_show(client: PageClient) -> None:
    at = filled(client)
    seen = client.get(f"{at}/sign").hidden("seen_hash")
    add_income(client, at, "100", "weekly")
    page = sign(client, at, seen_hash=seen)
    assert "Something changed since you read it" in page.text
    assert application().state == "draft"
    assert sign(client, at).status == 302
    assert sign_again(client, at, seen) == at


def sign_again(client: PageClient, at: str, seen: str) -> str:
    """Back, and sent once more: it shows where it stands."""
    values = {"seen_hash": seen, "name": "Testa Sample", "agree": "y"}
    return client.post(f"{at}/sign", values, expect=302).location


def test_FA_6_a_form_sent_twice_adds_one_income(client: PageClient) -> None:
    at = begun(client)
    seen = client.get(f"{at}/income").hidden("seen")
    assert add_income(client, at, "500", "weekly").status == 302
    page = add_income(client, at, "500", "weekly", seen=seen)
    assert "changed in another window" in page.text
    assert "$26,000.00 a year" in client.get(f"{at}/income").text


def test_FA_7_without_income_and_papers_it_can_be_sent(client: PageClient) -> None:
    at = begun(client)
    client.post(f"{at}/you", ABOUT, expect=302)
    assert client.post(f"{at}/income", {"no_income": "y"}, expect=302).location.endswith("coverage")
    client.post(f"{at}/coverage", COVERAGE, expect=302)
    assert sign(client, at).location == at


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ not a picture", b"%PDF-1.4 broken", b"\x00\x00\x00\x18ftypheic" + b"x" * 99],
)
def test_FA_7_HIPAA_18_what_is_no_paper_is_refused_at_its_field(
    client: PageClient, content: bytes
) -> None:
    at = begun(client)
    page = send_photo(client, f"{at}/papers", content)
    assert page.status == 200
    assert "field-error" in page.source
    assert papers() == []


def test_FA_7_the_same_paper_twice_is_kept_once_and_can_be_taken_back(client: PageClient) -> None:
    at = begun(client)
    send_photo(client, f"{at}/papers", photo())
    send_photo(client, f"{at}/papers", photo())
    [paper] = papers()
    assert client.get(f"{at}/papers/{paper.id}.pdf").response.data.startswith(b"%PDF-")
    client.post(f"{at}/papers/{paper.id}/remove", expect=302)
    assert papers() == []


def test_FA_9_COLL_8_what_is_missing_by_when_and_how_it_is_sent(
    client: PageClient, account_id: int, now: datetime, patient_app: Flask
) -> None:
    at = filled(client, amount="4500")
    sign(client, at)
    answer_by = asked(now)
    page = client.get(at)
    assert "We need something from you by" in page.text
    assert str(answer_by.day) in page.text
    assert "Your last two or three pay stubs" in page.text
    assert holds(account_id)
    page = client.follow(client.post(f"{at}/answered"))
    assert "Send a paper first" in page.text
    patient_app.config["CLOCK"] = lambda: now + timedelta(minutes=5)
    client.follow(send_photo(client, f"{at}/send-paper", photo()))
    client.post(f"{at}/answered", expect=302)
    assert application().state == "complete"
    page = client.get(at)
    assert "You have our answer by" in page.text
    assert "You sent what we asked for." in page.text


def asked(now: datetime) -> datetime:
    """The office asked for pay stubs a minute later."""
    row = application()
    until = now + timedelta(days=30)
    with transaction() as session:
        session.get_one(AssistanceApplication, row.id).state = "asked"
        session.add(
            AssistanceRequest(
                application_id=row.id,
                items=["pay_stubs"],
                note="",
                asked_on=now.date(),
                answer_by=until.date(),
                login_id=row.login_id,
                at=now + timedelta(minutes=1),
            )
        )
        session.add(
            AssistanceEvent(application_id=row.id, kind="asked", on=now.date(), at=now, detail={})
        )
    return until


def test_FA_8_a_clear_case_has_its_answer_at_once_with_a_letter(client: PageClient) -> None:
    at = filled(client, amount="900")
    sign(client, at)
    assert application().state == "decided"
    page = client.get(at)
    assert "Yes. You get help." in page.text
    assert client.get(f"{at}/letter.pdf").response.data.startswith(b"%PDF-")


def test_HIPAA_2_nobody_else_finds_it(
    client: PageClient, as_patient: AsPatient, account_id: int
) -> None:
    at = filled(client)
    other = as_patient(make_account(first_name="Other"))
    shared = as_patient(account_id)  # a second sign-in of the same account
    for path in ("you", "income", "papers", "sign"):
        other.get(f"{at}/{path}", expect=404)
        shared.get(f"{at}/{path}", expect=404)
    sign(client, at)
    other.get(at, expect=404)
    assert "Application" in shared.get(at).h1
    shared.post(f"{at}/withdraw", expect=404)
