"""Our answer on the page behind the code and behind a sign-in: the decision, the amount, what is next, and asking again (FA-10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.assistance_decisions import AssistanceDecision
from portal.models.audit import AuditEvent
from tests.services.statement_world import DAY, noon, world
from tests.web.guest_help_world import WHO, begin, come_back, fill, sign, tie
from tests.web.help_world import application
from tests.web.pages import Page, PageClient
from tests.web.people import make_login, signed_in
from tests.web.statements_sent import statements_sent
from tests.web.test_staff_assistance import decide

AsStaff = Callable[[str], PageClient]
MOST = 12  # queries of a page
HERE = "/help-paying/mine"
AGAIN = f"{HERE}/appeal"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask) -> None:
    at(patient_app, staff_app, days=0)


@pytest.fixture
def account_id() -> int:
    bill = world(lambda w: w.owed(90_000, account=w.account(birth_on=date(1986, 4, 28))))
    return bill[0].guarantor_account_id


def at(*apps: Flask, days: int) -> None:
    for app in apps:
        app.config["CLOCK"] = lambda: noon(DAY + timedelta(days=days))


def answered(stranger: PageClient, as_staff: AsStaff, account_id: int, more: str, what: str) -> str:
    """The code of one that was decided; `more`: what they earn each month besides $900."""
    code = begin(stranger)
    fill(stranger)
    if more:
        income = {"member": "Testa Sample", "source": "wages", "amount": more, "period": "monthly"}
        stranger.post("/help-paying/mine/income", {**income, "seen": "1"}, expect=302)
    sign(stranger)
    clerk = tie(as_staff, account_id)
    if what:
        line = "income_above" if what == "deny" else ""
        assert decide(clerk, f"/assistance/{application().id}", what, line).status == 302
    return code


def lead(page: Page) -> str:
    """What stands before the first section."""
    return page.text.split("What comes next")[0]


def test_FA_10_a_full_yes_says_the_amount_first(
    stranger: PageClient, as_staff: AsStaff, account_id: int
) -> None:
    answered(stranger, as_staff, account_id, "", "")
    page = stranger.get(HERE)
    assert "Yes. You get help." in lead(page)
    assert "Left to pay $0.00" in lead(page)
    assert "We take $900.00 off these bills." in lead(page)
    assert "It counts until" in lead(page)
    assert "You have nothing left to pay on these bills." in page.text
    assert AGAIN in page.source
    assert "/pay-statement" not in page.links()
    assert f"{HERE}/letter.pdf" in page.links()


def test_FA_10_a_part_says_what_is_left_and_how_it_is_paid(
    stranger: PageClient, as_staff: AsStaff, account_id: int
) -> None:
    answered(stranger, as_staff, account_id, "4,900", "grant")
    page = stranger.get(HERE)
    assert "Yes. You get help with a part." in lead(page)
    assert "Left to pay $540.00" in lead(page)
    assert "We take $360.00 off these bills." in lead(page)
    assert "You have $540.00 left to pay." in page.text
    assert "/pay-statement" in page.links()
    assert "On March" in page.text  # the amounts are of the day of the answer
    with statements_sent() as sent:
        stranger.get(HERE)
    assert len(sent) <= MOST, "\n".join(sent)


def test_FA_10_a_no_says_the_rule_and_how_to_ask_again(
    stranger: PageClient, as_staff: AsStaff, account_id: int
) -> None:
    answered(stranger, as_staff, account_id, "19,000", "deny")
    page = stranger.get(HERE)
    assert "We said no this time." in lead(page)
    assert "You owe $900.00" in lead(page)
    assert "The reason is this rule of our policy:" in lead(page)
    assert "You can ask us to look again until" in page.text
    assert AGAIN in page.source
    assert "/help-paying/without-sign-in" in page.links()
    with statements_sent() as sent:
        stranger.get(HERE)
    assert len(sent) <= MOST, "\n".join(sent)


def test_FA_10_by_the_code_they_ask_us_to_look_again_and_bills_wait(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff, account_id: int
) -> None:
    code = answered(stranger, as_staff, account_id, "19,000", "deny")
    at(patient_app, days=30)
    other, _ = come_back(patient_app, code)
    page = other.follow(other.post(AGAIN, {"words": "I lost my job in October."}))
    assert "We look at it again. Your bills wait until then." in page.text
    assert "A person decides who did not make the first choice." in page.text
    assert "You asked us to look again." in page.text
    assert f"{HERE}/letter.pdf" in page.links()
    assert AGAIN not in page.source
    other.follow(other.post(AGAIN, {"words": "Again."}))
    with read_only() as session:
        row = session.scalars(select(AssistanceDecision)).one()
        told = session.scalars(select(AuditEvent).where(AuditEvent.reason == "appealed")).all()
    assert (row.appealed_on, row.appeal_words) == (
        DAY + timedelta(days=30),
        "I lost my job in October.",
    )
    assert application().state == "complete"
    assert [(one.account_ids, one.login_id) for one in told] == [([account_id], None)]
    clerk = as_staff("fa_counsellor")
    assert "I lost my job in October." in clerk.get(f"/assistance/{application().id}").text


def test_FA_10_a_sign_in_that_sees_the_account_reads_the_same_and_may_ask(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff, account_id: int
) -> None:
    answered(stranger, as_staff, account_id, "19,000", "deny")
    owner = signed_in(PageClient(patient_app), make_login("patient", accounts=[account_id]))
    here = f"/help-paying/{application().id}"
    page = owner.get(here)
    assert "We said no this time." in lead(page)
    assert "You owe $900.00" in lead(page)
    with statements_sent() as sent:
        owner.get(here)
    assert len(sent) <= MOST, "\n".join(sent)
    page = owner.follow(owner.post(f"{here}/appeal", {"words": ""}))
    assert "We are looking at it again." in page.text
    assert application().state == "complete"


def test_FA_10_after_30_days_they_apply_again(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff, account_id: int
) -> None:
    code = answered(stranger, as_staff, account_id, "19,000", "deny")
    at(patient_app, days=31)
    other, page = come_back(patient_app, code)
    assert AGAIN not in page.source
    page = other.follow(other.post(AGAIN, {"words": "Please."}))
    assert "The 30 days to ask us to look again are over." in page.text
    assert application().state == "decided"


def test_FA_10_the_days_to_ask_again_run_from_the_day_that_the_letter_names(
    stranger: PageClient, patient_app: Flask, staff_app: Flask, as_staff: AsStaff
) -> None:
    """Above the limit a second person agrees later, and the letter counts from that day (FA-11)."""
    bill = world(lambda w: w.owed(1_500_000, account=w.account(birth_on=date(1986, 4, 28))))
    code = answered(stranger, as_staff, bill[0].guarantor_account_id, "4,900", "grant")
    at(staff_app, days=5)
    manager = as_staff("manager")
    case = f"/assistance/{application().id}"
    [approve] = [
        form.get("action") for form in manager.get(case).all("form")
        if (form.get("action") or "").endswith("/approve")
    ]  # fmt: skip
    manager.post(approve.removeprefix("/staff"), {}, expect=302)
    at(patient_app, days=35)
    other, page = come_back(patient_app, code)
    assert AGAIN in page.source
    other.follow(other.post(AGAIN, {"words": ""}))
    assert application().state == "complete"


def test_LANG_3_the_answer_is_in_Spanish(
    stranger: PageClient, as_staff: AsStaff, account_id: int
) -> None:
    answered(stranger, as_staff, account_id, "4,900", "grant")
    stranger.post("/speak/es", {}, expect=302)
    page = stranger.get(HERE).text
    assert "Lo que sigue" in page
    assert "Si no está de acuerdo" in page
    for words in ("help", "You", "bill", "letter", "look again", "left to pay"):
        assert words not in page, words


@pytest.mark.parametrize("dash", ["-", " ", ""])
def test_FA_6_the_number_on_a_bill_is_found_however_its_dash_is_typed(
    dash: str, stranger: PageClient, as_staff: AsStaff
) -> None:
    bill = world(lambda w: w.owed(90_000))
    with transaction() as session:
        session.get_one(GuarantorAccount, bill[0].guarantor_account_id).number = "9100-0002"
    begin(stranger)
    stranger.get("/help-paying/mine/who")
    who = {**WHO, "account_number": f"9100{dash}0002"}
    stranger.post("/help-paying/mine/who", who, expect=302)
    fill(stranger)
    sign(stranger)
    clerk = as_staff("fa_counsellor")
    [address] = [
        link
        for link in clerk.get("/assistance/without-sign-in").links()
        if re.search(r"without-sign-in/[0-9a-f-]{36}$", link)
    ]
    assert "Agrees: the number of the bill" in clerk.get(address).text
