"""The first page after signing in: how much, why, what to do, whom to ask, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from billing import entries
from billing.ledger import Party
from billing.money import Money
from portal import db
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.audit import AuditEvent
from portal.queries.balances import balances
from portal.queries.overview import overview
from portal.queries.viewer import PatientViewer
from portal.services.post_entry import post_entry
from tests.web.bills import NOW, ON, Bills, account_of_every_kind, empty_account, make_practice
from tests.web.pages import Page, PageClient, words
from tests.web.people import make_account

Opens = Callable[..., PageClient]


@pytest.fixture
def bills(patient_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


def section(page: Page, name: str) -> str:
    """The words of the section that this id heads."""
    found = [s for s in page.all("section") if s.get("aria-labelledby") == name]
    assert found, f"no section {name}"
    return words(found[0])


def test_what_is_owed_comes_first_and_equals_the_balance_function(
    bills: Bills, as_patient: Opens
) -> None:
    page = as_patient(bills.account_id).get("/bills")
    with db.read_only() as session:
        [account] = balances(session, on=ON, account_ids=[bills.account_id])
    assert account.due_now == Money(10_000)
    assert page.text.index("You owe $100.00 for 2 bills") < page.text.index("Office visit")
    assert "Pay $60.00" in section(page, "bills")
    assert "Deductible and coinsurance" in section(page, "bills")
    assert "Pay $40.00" in section(page, "bills")


def test_STMT_16_a_visit_with_the_insurer_is_no_bill_and_has_no_pay_button(
    bills: Bills, as_patient: Opens
) -> None:
    shown = section(as_patient(bills.account_id).get("/bills"), "insurer")
    assert "This is not a bill" in shown
    assert "We are waiting for Acme Health." in shown
    assert "Pay" not in shown
    assert "$" not in shown


def test_OPS_8_a_held_visit_says_so_without_our_own_words_for_it(
    bills: Bills, as_patient: Opens
) -> None:
    page = as_patient(bills.account_id).get("/bills")
    assert "We are checking this bill. You owe nothing for it now." in section(page, "held")
    assert "CLP05" not in page.text
    assert "Pay" not in section(page, "held")


def test_STMT_11_a_credit_is_said_apart_and_never_netted(bills: Bills, as_patient: Opens) -> None:
    page = as_patient(bills.account_id).get("/bills")
    assert "You have $25.00 of credit with us." in page.text
    assert "You owe $100.00" in page.text
    assert "At our desk, deposit" in section(page, "payments")


def test_an_account_without_anything_leads_somewhere(patient_app: Flask, as_patient: Opens) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    page = as_patient(empty_account()).get("/bills")
    assert "You have no bills yet." in page.text
    for empty in ("No visit is waiting", "No payments yet", "No statements yet"):
        assert empty in page.text
    assert "/help" in page.links()
    assert "/help-paying" in page.links()


def test_no_line_of_a_bill_ends_or_begins_with_its_separator(
    bills: Bills, as_patient: Opens
) -> None:
    source = as_patient(bills.account_id).get("/bills").source
    assert "\N{MIDDLE DOT}" not in source, "the style sheet sets dots, and hides them at line ends"
    assert "<span>Testa</span>" in source


def test_every_link_on_the_overview_opens(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    for link in dict.fromkeys(client.get("/bills").links()):
        if link.startswith("/"):
            assert client.get(link, expect=None).status in {200, 302}, link


def test_HIPAA_3_only_ones_own_bills_show_and_looking_is_recorded(
    bills: Bills, as_patient: Opens
) -> None:
    stranger = as_patient(make_account(last_name="Other"))
    assert "$100.00" not in stranger.get("/bills").text
    for path in (f"/bills/{bills.decided}", f"/bills/{bills.decided}/entries"):
        assert stranger.get(path, expect=404).h1 == "We could not find that page"
    as_patient(bills.account_id).get(f"/bills/{bills.decided}")
    with transaction() as session:
        seen = session.scalars(
            select(AuditEvent).where(AuditEvent.object_id == str(bills.decided))
        ).all()
    assert {event.outcome for event in seen} == {"refused", "ok"}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SET", "BEGIN")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def engine() -> Engine:
    with db.read_only() as session:
        bound = session.get_bind()
    assert isinstance(bound, Engine)
    return bound


def test_the_overview_reads_in_a_fixed_number_of_queries(bills: Bills, engine: Engine) -> None:
    viewer = PatientViewer(0, frozenset({bills.account_id}))
    with counted(engine) as statements:
        overview(viewer, on=ON)
    assert len(statements) <= 10, statements


def test_a_page_asks_few_questions_with_its_session_and_its_audit_row(
    bills: Bills, as_patient: Opens, engine: Engine
) -> None:
    client = as_patient(bills.account_id)
    client.get("/bills")
    with counted(engine) as statements:
        client.get("/bills")
    assert len(statements) <= 12, statements
    assert [s for s in statements if s.startswith("INSERT")] == [statements[-1]], statements


def test_MSG_9_no_title_names_a_person_a_date_or_an_amount(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    for path in ("/bills", f"/bills/{bills.decided}", f"/bills/{bills.waiting}"):
        title = words(client.get(path).all("title")[0])
        assert not any(c.isdigit() for c in title)
        assert "Testa" not in title


def test_a_bill_of_every_standing_opens(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    decided = client.get(f"/bills/{bills.decided}").text
    assert "Plan discount −$135.00 Plan paid (Acme Health) −$95.00" in decided
    assert "Your deductible $50.00 Your coinsurance $10.00 What you owe $60.00" in decided
    assert "toward your yearly deductible" in decided
    assert "claim ICN12345, you may owe $60.00" in decided
    waiting = client.get(f"/bills/{bills.waiting}").text
    assert "This is not a bill" in waiting
    assert "Pay $" not in waiting
    assert "On hold" in client.get(f"/bills/{bills.held}").text
    assert "Price without a plan $40.00" in client.get(f"/bills/{bills.self_pay}").text


def test_CORE_7_the_chain_of_entries_ends_at_what_is_owed(bills: Bills, as_patient: Opens) -> None:
    page = as_patient(bills.account_id).get(f"/bills/{bills.decided}/entries")
    assert "We billed your plan Billed $290.00 You owe after this $0.00" in page.text
    assert page.text.index("Plan discount $135.00") < page.text.index("You owe after this $60.00")
    assert "Acme Health, payment " in page.text


def test_COLL_25_a_sad_reason_is_never_written_on_the_page(bills: Bills, as_patient: Opens) -> None:
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=bills.account_id,
                kind="deceased",
                since=NOW,
                source="staff:1",
            )
        )
    page = as_patient(bills.account_id).get("/bills")
    assert "You owe $0.00" in page.text
    assert "died" not in page.text
    assert "Pay $" not in page.text


def test_only_the_patients_own_figure_lets_us_say_that_it_matches(
    bills: Bills, as_patient: Opens
) -> None:
    client = as_patient(bills.account_id)
    path = f"/bills/{bills.decided}/compare"
    assert "matches" not in client.get(f"/bills/{bills.decided}").text
    assert "matches" not in client.get(path).text
    same = client.post(path, {"amount": "$60"}, expect=200)
    assert "It matches. Your EOB and your plan’s answer to us both say $60.00." in same.text
    other = client.post(path, {"amount": "75.50"}, expect=200)
    assert "Your plan told us $60.00, and we ask for no more than that." in other.text
    less = client.post(path, {"amount": "44.50"}, expect=200)
    assert "Your EOB says $44.50. Your plan told us $60.00." in less.text
    assert "Enter an amount like 50" in client.post(path, {"amount": "lots"}, expect=200).text
    assert "nothing to compare now" in client.get(f"/bills/{bills.waiting}/compare").text


def test_STMT_11_with_nothing_due_we_say_what_we_owe(patient_app: Flask, as_patient: Opens) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    account_id = empty_account()
    with transaction() as session:
        post_entry(
            session,
            entries.receipt(
                source_ref="t:ahead",
                occurred_on=ON,
                amount=Money(4_210),
                party=Party(guarantor_account_id=account_id),
            ),
        )
    page = as_patient(account_id).get("/bills")
    assert "We owe you $42.10. This is a credit. Do not pay it." in page.text
    assert "Pay $" not in page.text
