"""A statement's page: the frozen words and figures, today's truth beside them, and the same on paper."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money, total_of
from portal import db
from portal.db import transaction
from portal.models.claims import Charge
from portal.models.payments import Payment
from portal.models.statements import Statement, StatementDelivery
from portal.queries.bill_figures import figures
from portal.queries.statement_json import from_json
from portal.services.cut_statements import cut_statements
from tests.statement_samples import line
from tests.web.bills import NOW, ON, Bills, account_of_every_kind, make_practice, pay_card
from tests.web.pages import Page, PageClient
from tests.web.people import make_account

Opens = Callable[..., PageClient]


@pytest.fixture
def bills(patient_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


@pytest.fixture
def number(bills: Bills) -> str:
    [number] = cut_statements(on=ON, now=NOW, public_url="http://localhost:8000").numbers
    with transaction() as session:  # sent, for what never left the house is not shown
        cut = session.scalars(select(Statement).where(Statement.number == number)).one()
        session.add(StatementDelivery(statement_id=cut.id, channel="paper", delivered_on=ON))
    return number


@pytest.fixture
def page(bills: Bills, number: str, as_patient: Opens) -> Page:
    return as_patient(bills.account_id).get(f"/statements/{number}")


def test_PAY_5_a_payment_of_unknown_outcome_stands_beside_the_statement_in_place_of_pay(
    bills: Bills, number: str, as_patient: Opens
) -> None:
    with transaction() as session:
        session.add(
            Payment(
                id=uuid4(),
                guarantor_account_id=bills.account_id,
                amount=Money(10_000),
                scope="all",
                request_hash="",
                state="submitting",
                created_at=NOW,
                state_at=NOW,
                lease_until=NOW,
            )
        )
    page = as_patient(bills.account_id).get(f"/statements/{number}")
    assert page.text.count("We are checking your payment of $100.00.") == 1
    assert not [link for link in page.links() if link.startswith("/pay?") or link == "/pay"]


def content_of(number: str):
    with db.read_only() as session:
        return from_json(
            session.scalars(select(Statement.content).where(Statement.number == number)).one()
        )


def test_amount_due_date_and_next_step_come_first(page: Page, number: str) -> None:
    content = content_of(number)
    start = page.text.index(f"Statement {number}")
    first = page.text[start : start + 200]
    assert "You owe $100.00" in first
    assert f"due {content.due_on:%B} {content.due_on.day}, {content.due_on.year}" in first
    assert "Pay $100.00" in first


def test_STMT_6_every_figure_of_the_content_stands_on_the_page(page: Page, number: str) -> None:
    content = content_of(number)
    for item in content.lines:
        for amount in (item.billed, item.plan_discount, item.plan_paid_total, item.owe):
            if amount:
                assert str(amount) in page.text
        assert item.code in page.text
        assert item.service in page.text
    for words in (content.account_number, content.guarantor.name, content.practice.legal_name):
        assert words in page.text
    assert "Payments received through" in page.text


def test_STMT_7_financial_help_has_a_phone_and_an_address(page: Page, number: str) -> None:
    notices = content_of(number).notices
    assert notices.assistance_url in page.links()
    assert notices.assistance_phone in page.text
    assert notices.language in page.text


def test_STMT_16_what_waits_for_the_plan_is_no_bill(page: Page) -> None:
    assert "This is not a bill." in page.text
    assert "We wait for the answer of Acme Health." in page.text


def test_EOB_block_says_what_the_plan_told_us(page: Page) -> None:
    assert "Acme Health told us on February 20, 2026: claim ICN12345" in page.text


def pay(bills: Bills) -> None:
    with transaction() as session:
        for charge in session.scalars(select(Charge).where(Charge.visit_id == bills.decided)):
            pay_card(session, bills, charge, 5_000 if charge.line_number == 1 else 1_000)


def test_a_paid_statement_tells_todays_truth(bills: Bills, number: str, as_patient: Opens) -> None:
    pay(bills)
    page = as_patient(bills.account_id).get(f"/statements/{number}")
    assert "You owe today $40.00 This statement said $100.00." in page.text
    assert "Pay $40.00" in page.text
    assert "Pay $100.00" not in page.text


def test_CORE_7_what_changed_since_leads_from_the_statement_to_today(
    bills: Bills, number: str, as_patient: Opens
) -> None:
    client = as_patient(bills.account_id)
    assert "What changed" not in client.get(f"/statements/{number}").text
    overview = client.get("/bills").text
    assert "Nothing has changed since your statement of" in overview
    pay(bills)
    for path in ("/bills", f"/statements/{number}"):
        shown = client.get(path).text
        assert "said $100.00" in shown
        assert "Paid online for the visit of" in shown
        assert "As of March 2, 2026 at 10:00 AM." in shown


def test_another_accounts_statement_is_not_found(number: str, as_patient: Opens) -> None:
    other = as_patient(make_account(last_name="Other"))
    for path in (f"/statements/{number}", f"/statements/{number}/statement.pdf"):
        other.get(path, expect=404)


def test_the_pdf_says_the_same(bills: Bills, number: str, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    answer = client.get(f"/statements/{number}/statement.pdf")
    assert answer.response.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.response.data)) as pdf:
        assert len(pdf.pages) >= 1
        assert pdf.Root.MarkInfo.Marked


def test_the_overview_lists_it_with_its_due_date(
    bills: Bills, number: str, as_patient: Opens
) -> None:
    page = as_patient(bills.account_id).get("/bills")
    due = ON + timedelta(days=25)
    assert f"Statement {number}" in page.text
    assert f"next due {due:%B} {due.day}, {due.year}" in page.text


def test_figures_add_up_to_the_cent_in_every_order() -> None:
    lines = [line(1), line(2, copay=Money(1_500), billed=Money(36_500), owe=Money(6_500))]
    sums = figures(lines)
    lowered = sum(row.amount.cents for row in sums.lowered)
    share = sum(row.amount.cents for row in sums.share)
    taken = sum(row.amount.cents for row in sums.taken)
    assert sums.billed.cents + lowered == share
    assert share + taken == sums.owe.cents
    assert sum(amount.cents for _, amount in sums.pieces) == sums.billed.cents


def test_STMT_3_what_is_counted_with_another_service_is_taken_off_once() -> None:
    sums = figures([line(1, billed=Money(36_500), bundled=Money(1_500))])
    labels = [row.label for row in sums.lowered]
    assert labels.count("Counted with another service") == 1
    assert sums.billed + total_of(row.amount for row in sums.lowered) == Money(5_000)
    assert total_of(amount for _, amount in sums.pieces) == sums.billed


def test_a_takeback_has_no_picture() -> None:
    assert figures([line(1, plan_discount=Money(-100))]).pieces == ()


def test_STMT_14_the_reasons_of_several_lines_are_said_once_with_their_sum() -> None:
    said = "Your plan put $50.00 of this toward your yearly deductible. You pay that part."
    checked = "We are checking $100.00 with your plan. It is not due now."
    own = "Your plan does not pay for this test."
    lines = [line(1, why=(said, checked)), line(2, why=(said, checked, own))]
    assert figures(lines).why == (
        "Your plan put $100.00 of this toward your yearly deductible. You pay that part.",
        "We are checking $200.00 with your plan. It is not due now.",
        own,
    )
    assert figures(lines[:1]).why == (said, checked)


def test_STMT_26_a_statement_that_was_never_sent_is_not_shown(
    bills: Bills, as_patient: Opens
) -> None:
    [number] = cut_statements(on=ON, now=NOW, public_url="http://localhost:8000").numbers
    patient = as_patient(bills.account_id)
    assert f"Statement {number}" not in patient.get("/bills").text
    patient.get(f"/statements/{number}", expect=404)
    patient.get(f"/statements/{number}.pdf", expect=404)
