"""What others are told of refunds: the patient on paper, the practice's other software, another account."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.claims import Provider, Visit
from portal.queries.balances import balances
from portal.queries.ledger_proof import verify_ledger
from portal.queries.receipts import receipt_print
from portal.services.export_payments import export_payments
from portal.services.move_visits import Move, move_visits
from tests.sandbox_server import SandboxServer
from tests.services.ledger_book import Book
from tests.services.refund_desk import COMES_BACK, Desk, open_desk
from tests.services.till import open_till


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    return open_desk(open_till(sandbox, now))


def test_the_printed_receipt_is_itemised_and_tells_what_went_back(desk: Desk) -> None:
    """What a health account asks for: who, by whom, when, what, and what was paid in the end."""
    with transaction() as session:
        provider = Provider(npi="1999999984", first_name="Ann", last_name="Sample")
        session.add(provider)
        session.flush()
        session.execute(update(Visit).values(provider_id=provider.id))
    payment_id = desk.paid()
    desk.refunded(payment_id, 2_000)
    desk.ask(payment_id, 500)  # what is only asked for is not told
    found = desk.till.receipt(payment_id)
    assert found is not None
    assert (found.sent_back, found.kept) == (Money(2_000), Money(16_240))
    printed = receipt_print(found)
    assert printed["lines"][1] == {
        "date": "January 20, 2026",
        "what": "Office visit",
        "patient": "Testa Sample",
        "provider": "Dr. Ann Sample",
        "amount": "$132.40",
    }
    assert [(r["date"], r["amount"]) for r in printed["went_back"]] == [
        ("March 2, 2026", "-$20.00")
    ]
    assert [r["amount"] for r in printed["returned_lines"]] == ["-$20.00"]
    assert printed["kept"] == "$162.40"


def exported(desk: Desk) -> list[tuple[str, str, str, bool]]:
    page = csv.DictReader(io.StringIO(export_payments(since=date(2026, 3, 2))))
    return [(r["kind"], r["amount_cents"], r["method"], bool(r["reverses"])) for r in page]


def test_the_export_tells_a_refund_and_that_it_came_back(desk: Desk) -> None:
    payment_id = desk.paid(5_000, card=COMES_BACK)
    desk.refunded(payment_id, 2_000)
    assert exported(desk) == [
        ("payment", "5000", "card", False),
        ("refund", "-2000", "card", False),
    ]
    desk.till.sandbox.control("clock", advance=int(timedelta(days=2).total_seconds()))
    desk.till.deliver(*desk.till.sandbox.events())
    assert exported(desk)[2:] == [("refund", "2000", "card", True)]


def test_a_bill_that_moved_to_another_account_is_due_there_again(desk: Desk) -> None:
    """A child of age takes the visits along, with what was paid on them."""
    payment_id = desk.paid()
    with transaction() as session:
        book = Book(session, counter=70)
        new = book.account().id
        patient = session.scalars(select(Patient)).one()
        move_visits(session, [Move(patient, new)], source="test", on=desk.till.now.date())
    assert verify_ledger().faults == ()
    desk.refunded(payment_id, 2_000)
    with read_only() as session:
        dues = {
            account.guarantor_account_id: account.due_now
            for account in balances(session, on=desk.till.now.date())
        }
    assert dues == {desk.till.account_id: Money(0), new: Money(2_000)}
    assert verify_ledger().faults == ()
    assert desk.sent_back() == desk.in_books() == 2_000


def test_money_that_comes_back_pays_a_bill_where_it_is_by_then(desk: Desk) -> None:
    """The refund left before the bill moved, and fails after it."""
    payment_id = desk.paid(card=COMES_BACK)
    desk.refunded(payment_id, 2_000)
    with transaction() as session:
        new = Book(session, counter=70).account().id
        patient = session.scalars(select(Patient)).one()
        move_visits(session, [Move(patient, new)], source="test", on=desk.till.now.date())
    desk.till.sandbox.control("clock", advance=int(timedelta(days=2).total_seconds()))
    desk.till.deliver(*desk.till.sandbox.events())
    with read_only() as session:
        dues = [account.due_now for account in balances(session, on=desk.till.now.date())]
    assert dues == [Money(0), Money(0)]
    assert verify_ledger().faults == ()
