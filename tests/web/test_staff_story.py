"""The account in one screen: what is owed and why, what is waited for, held, last and next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.claims import Claim, Visit
from portal.models.payments import PracticeReceipt
from portal.models.practice import Practice
from tests.services.staff_remittance import add_remittance
from tests.services.staff_world import World, add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent
from tests.web.test_staff_accounts import add_statement

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def insured(number: str = "7000001") -> World:
    """An account with a claim that waits, a decision, a statement sent, and money from the desk."""
    world = add_account(number)
    add_remittance(world, NOW)
    add_statement(world.account_id)
    with transaction() as session:
        claim = session.scalars(select(Claim).where(Claim.visit_id == world.visit_id)).one()
        claim.state, claim.submitted_on = "open", date(2026, 2, 3)
        session.add(
            PracticeReceipt(
                receipt_id="DESK-1",
                patient_id=world.patient_id,
                received_on=date(2026, 2, 11),
                method="cash",
                kind="copay",
                amount=Money(25_00),
            )
        )
    return world


def test_the_whole_story_within_twelve_statements(as_staff: AsStaff) -> None:
    world, client = insured(), as_staff("manager")
    address = f"/accounts/{world.account_id}"
    client.get(address)
    with statements_sent() as sent:
        text = client.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    for words in (
        "Testa Sample, born May 4, 1980",
        "(212) 555-0142",
        "Due now $0.00",  # the claim waits again: nothing is due
        "Acme Health$58.00",
        "no answer yet, sent Feb 3, 2026",
        "waiting for Acme Health",
        "paper on Mar 2, 2026",
        "$25.00 on Feb 11, 2026, cash at the practice",
        "No statement: held by STMT-1, STMT-5",
        "Claim not found here",
    ):
        assert words.replace(" ", "") in text.replace(" ", ""), words


@pytest.mark.parametrize(
    ("state", "told", "words"),
    [
        ("decided", False, "Statement of $58.00 on Mar 10, 2026"),  # overtaken by nothing yet
        ("decided", True, "Statement of $58.00 on Apr 1, 2026"),
    ],
)
def test_STMT_10_the_page_says_when_the_next_statement_goes(
    state: str, told: bool, words: str, as_staff: AsStaff
) -> None:
    world = add_account()
    if told:
        add_statement(world.account_id)
        with transaction() as session:
            session.get_one(Visit, world.visit_id).first_statement_on = date(2026, 3, 2)
    text = as_staff("biller").get(f"/accounts/{world.account_id}").text
    assert words in text, state
    assert "no plan was billed" in text


def test_OPS_19_below_the_floor_no_statement_goes_and_the_page_says_why(as_staff: AsStaff) -> None:
    world = add_account(amounts=(3_00,))
    with transaction() as session:
        session.add(practice())
    text = as_staff("biller").get(f"/accounts/{world.account_id}").text
    assert "No statement: $3.00 is below $5.00" in text


def test_CORE_6_a_hold_says_what_it_blocks_and_the_next_statement_obeys(as_staff: AsStaff) -> None:
    world = add_account()
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=world.account_id,
                kind="do_not_contact",
                since=NOW,
                source="test",
            )
        )
    text = as_staff("biller").get(f"/accounts/{world.account_id}").text
    assert "we were asked not to write or call (COLL-17)" in text
    assert "No statement: held by COLL-17" in text


def test_HIPAA_7_the_story_keeps_to_the_role(as_staff: AsStaff) -> None:
    world = insured()
    desk = as_staff("front_desk").get(f"/accounts/{world.account_id}").text
    assert "With insurers" in desk
    for hidden in ("Last statement", "Last payment", "Open work"):
        assert hidden not in desk


def practice() -> Practice:
    return Practice(
        name="Riverside",
        legal_name="Riverside",
        npi="1999999984",
        tax_id="999999999",
        street="1 River Road",
        city="Sampleton",
        state="NY",
        postal_code="12345",
        phone="+12125550100",
        phone_hours="9 to 5",
        email="office@example.com",
        assistance_phone="+12125550100",
        assistance_url="https://example.com",
    )
