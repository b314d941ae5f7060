"""The practice's rules of billing, for anybody: written from what is in force, so a change changes the page (CORE-1, STMT-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.engine import Engine

from billing.settings import Key
from portal.config import Settings
from portal.db import transaction
from portal.models.gate import OrganisationProfile
from portal.models.placements import AgencyRow
from portal.models.plans import PlanPolicy
from portal.models.practice import Practice
from portal.models.settings import PracticeSetting
from portal.queries.plan_policy import as_json, plan_rules
from tests.services.placement_world import agency
from tests.services.statement_world import later
from tests.web.bills import NOW, ON, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_login
from tests.web.test_overview import counted, engine  # noqa: F401 - a fixture


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def sheet(patient_app: Flask) -> PageClient:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return PageClient(patient_app)


def change(key: Key, value: int, *, effective_from: date = ON) -> None:
    login_id = make_login("staff", role="manager")
    with transaction() as session:
        session.add(
            PracticeSetting(
                key=key.value,
                value=value,
                effective_from=effective_from,
                reason="Test",
                login_id=login_id,
                at=NOW,
            )
        )


def test_CORE_1_anybody_reads_the_rules_from_any_page(sheet: PageClient) -> None:
    assert "/our-rules" in sheet.get("/").links()
    page = sheet.get("/our-rules")
    assert page.h1 == "Our rules for bills"
    for said in (
        "In force on March 2, 2026.",
        "a statement comes every 30 days.",
        "You have 25 days to pay it.",
        "For less than $5.00 we send no statement.",
        "After 4 statements of a bill, no more of them come.",
        "no last letter before day 90",
        "We charge no interest and no late fees.",
        "one a day and 3 a week at most",
        "We answer within 21 days",
        "Up to $300.00: 4 months at most, from $25.00 a month.",
        "We answer within 30 days. If we need longer, we write to you, and it is 45 days at most.",
    ):
        assert said in page.text, said


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        (Key.STATEMENT_CYCLE_DAYS, 31, "a statement comes every 31 days."),
        (Key.STATEMENT_LEAST_APART_DAYS, 28, "at least 28 days apart."),
        (Key.STATEMENT_DAYS_TO_PAY, 40, "You have 40 days to pay it."),
        (Key.STATEMENT_FLOOR, 12_00, "For less than $12.00 we send no statement."),
        (Key.TEXTS_PER_WEEK, 1, "one a day and 1 a week at most"),
        (Key.ASSISTANCE_DECIDE_DAYS, 14, "We answer within 14 days"),
        (Key.ASSISTANCE_BACK_DAYS, 365, "for bills of the last 365 days."),
    ],
)
def test_a_changed_setting_changes_the_sheet_from_its_day_on(
    sheet: PageClient, patient_app: Flask, key: Key, value: int, says: str
) -> None:
    change(key, value, effective_from=date(2026, 3, 10))
    assert says not in sheet.get("/our-rules").text
    patient_app.config["CLOCK"] = lambda: NOW.replace(day=12)
    assert says in sheet.get("/our-rules").text


def test_PLAN_12_the_plans_are_those_of_the_policy_in_force(sheet: PageClient) -> None:
    login_id = make_login("staff", role="manager")
    with transaction() as session:
        rules = plan_rules(session)
        policy = replace(rules.policy, grace_days=20)
        session.add(
            PlanPolicy(
                number=1,
                policy=as_json(policy, rules.days),
                reason="Test",
                made_by_login_id=login_id,
                made_at=NOW,
            )
        )
    assert "A payment may come 20 days late." in sheet.get("/our-rules").text


def test_COLL_T_a_state_row_of_the_practice_is_kept_where_it_is_kinder(sheet: PageClient) -> None:
    with transaction() as session:
        session.get_one(Practice, 1).state = "NJ"
    assert "A payment may come 60 days late." in sheet.get("/our-rules").text


def test_COLL_12_an_agency_is_named_only_where_one_is_approved(sheet: PageClient) -> None:
    assert "We send no bill to a collection agency." in sheet.get("/our-rules").text
    agency_id = later(agency).id
    assert "We send no bill to a collection agency." in sheet.get("/our-rules").text
    with transaction() as session:
        row = session.get_one(AgencyRow, agency_id)
        row.approved_at, row.approved_by_id = NOW, make_login("staff", role="manager")
    text = sheet.get("/our-rules").text
    assert "We send no bill to a collection agency." not in text
    assert "No bill goes to a collection agency before day" in text


def test_COLL_30_nothing_is_promised_of_bureaus_by_a_practice_that_says_it_tells_them(
    sheet: PageClient,
) -> None:
    assert "We do not tell credit bureaus about your bill." in sheet.get("/our-rules").text
    login_id = make_login("staff", role="manager")
    with transaction() as session:
        session.add(
            OrganisationProfile(
                form_id=uuid4(),
                starts_on=ON,
                answers={"furnishes_to_credit_bureaus": True},
                reason="Test",
                by_login_id=login_id,
                at=NOW,
            )
        )
    assert "credit bureaus" not in sheet.get("/our-rules").text


def test_LANG_3_the_sheet_in_Spanish(sheet: PageClient) -> None:
    sheet.post("/speak/es", {}, expect=302)
    page = sheet.get("/our-rules")
    assert page.h1 == "Nuestras reglas para las facturas"
    assert "statement" not in page.text
    assert "cada 30 días" in page.text


def test_the_sheet_asks_few_questions(sheet: PageClient, engine: Engine) -> None:  # noqa: F811 - a fixture
    sheet.get("/our-rules")
    with counted(engine) as statements:
        sheet.get("/our-rules")
    assert len(statements) <= 12, statements
