"""Applying for assistance without a sign-in, from the first page to the account that it is tied to (FA-6, COLL-6)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only
from portal.models.assistance import (
    AssistanceApplication,
    AssistanceDocument,
    AssistanceIncome,
    AssistanceMember,
)
from portal.models.audit import AuditEvent
from portal.models.guest_applications import GuestApplication, GuestPaper
from portal.models.work import WorkItem
from portal.services.guest_application import forget_guests
from tests.services.statement_world import DAY, noon, world
from tests.web.guest_help_world import REACH, begin, come_back, fill, sign, tie
from tests.web.insurance_world import photo
from tests.web.pages import PageClient, words
from tests.web.people import make_login, signed_in
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask) -> None:
    for app in (patient_app, staff_app):
        app.config["CLOCK"] = lambda: noon(DAY)


def test_FA_6_begun_left_and_taken_up_on_another_phone(
    stranger: PageClient, patient_app: Flask
) -> None:
    code = begin(stranger)
    assert "We show it only once" not in stranger.get("/help-paying/mine").text
    fill(stranger)
    stranger.post("/help-paying/come-back/leave", {})
    closed = stranger.get("/help-paying/mine/income", expect=302)
    assert closed.location.endswith("/help-paying/come-back")

    other = PageClient(patient_app)
    other.get("/help-paying/come-back")
    wrong = other.post("/help-paying/come-back", {"code": code, "birth_on": "4/29/1986"})
    assert "No application fits." in wrong.text
    page = other.follow(
        other.post("/help-paying/come-back", {"code": code.lower(), "birth_on": "4/28/1986"})
    )
    assert page.h1 == "Your application"
    assert "Smalla Sample" in other.get("/help-paying/mine/sign").text
    done = sign(other)
    assert "We have it." in done.text
    assert "I lost my job." not in str([done.location, done.text])


def test_HIPAA_7_a_phone_that_lies_about_asks_for_the_code_again(
    stranger: PageClient, patient_app: Flask
) -> None:
    begin(stranger)
    for minutes, opens in ((29, True), (58, True), (89, False)):  # each look counts anew
        moment = noon(DAY) + timedelta(minutes=minutes)
        patient_app.config["CLOCK"] = lambda at=moment: at
        page = stranger.get("/help-paying/mine", expect=None)
        assert (page.status == 200) is opens
    assert "This page was not used for a while." in stranger.follow(page).text


def test_HIPAA_3_each_look_and_change_is_written_with_the_application_that_it_is_of(
    stranger: PageClient,
) -> None:
    begin(stranger)
    stranger.get("/help-paying/mine/income")
    stranger.get("/help-paying/mine/hardship")
    stranger.post("/help-paying/mine/hardship", {"hardship": "Ill."}, expect=302)
    with read_only() as session:
        mine = session.scalars(select(GuestApplication.id)).one()
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert {(row.object_type, row.object_id) for row in rows} == {("guest_application", str(mine))}
    assert {row.role for row in rows} == {f"guest_application_{mine}"}
    assert [row.action for row in rows[-3:]] == ["view", "view", "update"]


def test_HIPAA_7_without_an_open_application_no_page_of_one_opens(
    stranger: PageClient, patient_app: Flask
) -> None:
    """A sign-in opens none of them either: whose application would it be?"""
    begin(PageClient(patient_app))
    signed = signed_in(PageClient(patient_app), make_login("patient"))
    for who in (stranger, signed):
        for path in ("mine", "mine/income", "mine/sign", "without-sign-in/code"):
            page = who.get(f"/help-paying/{path}", expect=302)
            assert page.location.endswith("/help-paying/come-back")


def test_LANG_3_the_choices_of_a_list_are_in_Spanish_too(stranger: PageClient) -> None:
    begin(stranger)
    stranger.post("/speak/es", {}, expect=302)
    page = stranger.get("/help-paying/mine/income").text
    assert "cada semana" in page
    assert "each week" not in page
    assert "Pay from a job" not in page
    assert "pay stubs" not in stranger.get("/help-paying/mine/papers").text


def test_FA_6_the_code_is_kept_as_a_hash_alone(stranger: PageClient) -> None:
    code = begin(stranger)
    with read_only() as session:
        row = session.scalars(select(GuestApplication)).one()
    assert code.replace("-", "") not in str(vars(row))


def test_ID_4_guesses_of_a_code_are_counted(stranger: PageClient) -> None:
    code = begin(stranger)
    stranger.get("/help-paying/come-back")
    for _ in range(5):
        stranger.post("/help-paying/come-back", {"code": code, "birth_on": "1/1/1980"})
    page = stranger.post("/help-paying/come-back", {"code": code, "birth_on": "4/28/1986"})
    assert "No application fits." in page.text


def test_FA_6_what_is_missing_is_asked_for_before_it_is_sent(stranger: PageClient) -> None:
    begin(stranger)
    assert "Something is missing." in sign(stranger).text
    for step in ("you", "income", "coverage"):
        assert f"/help-paying/mine/{step}" in stranger.get("/help-paying/mine/sign").links()
    stranger.get("/help-paying/mine/you")
    page = stranger.post("/help-paying/mine/you", {**REACH, "email": ""}, expect=200)
    assert "Tell us one way to reach you" in page.text


def test_FA_6_it_asks_for_who_and_for_how_to_reach_them_on_two_screens(
    stranger: PageClient,
) -> None:
    """What may stay empty says so at its field; whatever does not is asked for."""
    optional = {}
    first = stranger.get("/help-paying/without-sign-in")
    begin(stranger)
    for page in (first, stranger.get("/help-paying/mine/you")):
        labels = {label.get("for"): words(label) for label in page.all("label")}
        asked = [f for f in page.all("input") if f.get("type") in {"text", "tel", "email"}]
        assert len(asked) <= 6
        optional |= {f.get("name"): "(optional)" in labels[f.get("id")] for f in asked}
    assert {name for name, may in optional.items() if not may} == {
        "name",
        "birth_on",
        "residence_state",
    }
    page = stranger.post("/help-paying/mine/you", {}, expect=200)
    assert "the two letters of your state" in page.text


def test_FA_6_a_name_or_birth_date_that_was_mistyped_is_put_right(
    stranger: PageClient, patient_app: Flask
) -> None:
    """What they earn stays theirs, and the code goes with the new date."""
    code = begin(stranger)
    fill(stranger)
    right = {"name": "Testa Example", "birth_on": "4/27/1986", "account_number": ""}
    stranger.get("/help-paying/mine/who")
    stranger.post("/help-paying/mine/who", right, expect=302)
    text = stranger.get("/help-paying/mine/sign").text
    assert "Testa Example: $900.00" in text
    assert "Testa Sample" not in text
    _, page = come_back(patient_app, code)
    assert "No application fits." in page.text
    _, page = come_back(patient_app, code, born="4/27/1986")
    assert page.h1 == "Your application"


def test_FA_6_nobody_signs_other_words_than_they_read(
    stranger: PageClient, patient_app: Flask
) -> None:
    """On another phone an income is added while the page to sign stands open."""
    code = begin(stranger)
    seen = fill(stranger).hidden("seen_hash")
    other = PageClient(patient_app)
    other.get("/help-paying/come-back")
    other.post("/help-paying/come-back", {"code": code, "birth_on": "4/28/1986"})
    more = {"member": "Testa Sample", "source": "wages", "amount": "5", "period": "weekly"}
    assert other.post("/help-paying/mine/income", {**more, "seen": "1"}).status == 302
    typed = {"name": "Testa Sample", "agree": "y", "seen_hash": seen}
    page = stranger.post("/help-paying/mine/sign", typed, expect=200)
    assert "Something changed since you read it." in page.text
    assert "$5.00" in page.text
    assert "We have it." in sign(stranger).text
    with read_only() as session:
        row = session.scalars(select(GuestApplication)).one()
    assert "What I wrote here is true" in row.signed_words
    assert len(row.answers["signed_sha256"]) == 64


def test_FA_6_what_was_written_about_other_bills_is_there_when_one_comes_back(
    stranger: PageClient,
) -> None:
    begin(stranger)
    stranger.get("/help-paying/mine/hardship")
    said = {"hardship": "Ill.", "owed_in_year": "1,200", "paid_in_year": ""}
    stranger.post("/help-paying/mine/hardship", said)
    [owed] = [
        one
        for one in stranger.get("/help-paying/mine/hardship").all("input")
        if one.get("name") == "owed_in_year"
    ]
    assert "1200" in (owed.get("value") or "").replace(",", "")


def test_FA_7_a_photograph_goes_along_and_may_be_taken_back(stranger: PageClient) -> None:
    begin(stranger)
    stranger.get("/help-paying/mine/papers")
    sent = {"kind": "pay_stubs", "photo": (io.BytesIO(photo()), "stub.jpg")}
    stranger.post("/help-paying/mine/papers", sent)
    with read_only() as session:
        paper = session.scalars(select(GuestPaper)).one()
    assert stranger.get(f"/help-paying/mine/papers/{paper.id}.pdf").status == 200
    stranger.post(f"/help-paying/mine/papers/{paper.id}/remove", {})
    with read_only() as session:
        assert session.scalars(select(GuestPaper)).all() == []


def test_COLL_6_tied_it_counts_from_the_day_it_was_sent_and_its_papers_come_along(
    stranger: PageClient, as_staff: AsStaff, staff_app: Flask
) -> None:
    bill = world(lambda w: w.owed(90_000, account=w.account(birth_on=DAY.replace(1986, 4, 28))))
    begin(stranger)
    stranger.get("/help-paying/mine/papers")
    stranger.post(
        "/help-paying/mine/papers", {"kind": "pay_stubs", "photo": (io.BytesIO(photo()), "a.jpg")}
    )
    fill(stranger)
    sign(stranger)
    staff_app.config["CLOCK"] = lambda: noon(DAY + timedelta(days=1))
    clerk = as_staff("fa_counsellor")
    page = clerk.get("/assistance/without-sign-in")
    assert "Testa Sample" in page.text
    [address] = [a for a in page.links() if re.search(r"without-sign-in/[0-9a-f-]{36}$", a)]
    with statements_sent() as sent:
        page = clerk.get(address)
    assert len(sent) <= 12, "\n".join(sent)
    assert "Agrees: the birth date." in page.text
    account_id = bill[0].guarantor_account_id
    clerk.follow(clerk.post(f"{address}/tie", {"account": str(account_id)}))
    with read_only() as session:
        application = session.scalars(select(AssistanceApplication)).one()
        assert (application.received_on, application.guarantor_account_id) == (DAY, account_id)
        assert (application.signed_name, application.signed_at) == ("Testa Sample", noon(DAY))
        members = session.scalars(select(AssistanceMember).order_by(AssistanceMember.id)).all()
        assert [(m.name, m.relation) for m in members] == [
            ("Testa Sample", "self"),
            ("Smalla Sample", "child"),
        ]
        income = session.scalars(select(AssistanceIncome)).one()
        assert (income.member, income.amount.cents) == ("Testa Sample", 90_000)
        assert session.scalars(select(AssistanceDocument.kind)).one() == "pay_stubs"
        work = session.scalars(select(WorkItem).where(WorkItem.kind == "guest_application")).one()
    assert work.outcome == "tied"
    shown = stranger.get("/help-paying/mine").text
    assert "We send no reminders" in shown or "we send no reminders" in shown or "answered" in shown


def test_FA_10_whoever_comes_back_by_the_code_reads_the_letter_of_the_decision(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff
) -> None:
    bill = world(lambda w: w.owed(90_000, account=w.account(birth_on=DAY.replace(1986, 4, 28))))
    code = begin(stranger)
    fill(stranger)
    sign(stranger)
    stranger.get("/help-paying/mine/letter.pdf", expect=404)
    account_id = bill[0].guarantor_account_id
    tie(as_staff, account_id)
    other, page = come_back(patient_app, code)
    assert "Yes. You get help." in page.text
    assert "/help-paying/mine/letter.pdf" in page.links()
    assert other.get("/help-paying/mine/letter.pdf").response.data.startswith(b"%PDF-")
    with read_only() as session:
        row = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (row.action, row.object_type, row.account_ids) == (
        "view",
        "guest_application",
        [account_id],
    )
    owner = signed_in(PageClient(patient_app), make_login("patient", accounts=[account_id]))
    told = owner.get("/account/seen").text
    assert "Somebody with the code of an application for help" in told


def test_FA_9_without_an_answer_the_status_says_what_we_wait_for(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff
) -> None:
    bill = world(lambda w: w.owed(90_000, account=w.account(birth_on=DAY.replace(1986, 4, 28))))
    code = begin(stranger)
    fill(stranger)
    more = {"member": "Testa Sample", "source": "wages", "amount": "9,000", "period": "monthly"}
    assert stranger.post("/help-paying/mine/income", {**more, "seen": "1"}).status == 302
    sign(stranger)
    clerk = tie(as_staff, bill[0].guarantor_account_id)
    assert "we are looking at it" in stranger.get("/help-paying/mine").text
    with read_only() as session:
        application_id = session.scalars(select(AssistanceApplication.id)).one()
    asked = {"ask-items": ["pay_stubs"], "ask-note": "Of March, please."}
    clerk.post(f"/assistance/{application_id}/ask", asked, expect=302)
    other, page = come_back(patient_app, code)
    assert "We need something from you by" in page.text
    assert "pay stubs" in page.text
    assert "Of March, please." in page.text
    assert "/help-paying/mine/letter.pdf" not in page.links()
    other.get("/help-paying/mine/letter.pdf", expect=404)


def test_FA_6_closed_the_applicant_is_asked_to_call(
    stranger: PageClient, as_staff: AsStaff
) -> None:
    world(lambda w: w.owed(5000))
    begin(stranger)
    fill(stranger)
    sign(stranger)
    clerk = as_staff("fa_counsellor")
    page = clerk.get("/assistance/without-sign-in")
    [address] = [a for a in page.links() if re.search(r"without-sign-in/[0-9a-f-]{36}$", a)]
    assert "Enter why" in clerk.post(f"{address}/close", {"reason": ""}).text
    clerk.post(f"{address}/close", {"reason": "No bill here. Told by phone."})
    assert "We could not find your bills." in stranger.get("/help-paying/mine").text


def test_FA_6_a_draft_that_nobody_takes_up_is_forgotten(stranger: PageClient, tmp_path) -> None:
    begin(stranger)
    kept = forget_guests(now=noon(DAY + timedelta(days=59)), documents=None)
    assert kept == 0
    assert forget_guests(now=noon(DAY + timedelta(days=61)), documents=None) == 1
    assert stranger.get("/help-paying/mine", expect=302).location.endswith("/come-back")
