"""The staff's search: what each kind of number and each half-remembered name finds, and that indexes answer it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, insert, select, text

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.payments import Payment, PracticeReceipt
from portal.models.remittances import RemittanceClaim
from portal.queries import staff_search
from portal.queries.search_ways import born_on
from portal.queries.staff_search import search
from portal.queries.viewer import StaffViewer
from tests.services.staff_remittance import add_remittance
from tests.services.staff_world import World, add_account, add_staff

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MANY = 6_000  # enough for the planner to prefer an index to reading the table
BIG = "guarantor_accounts|patients|visits|claims|practice_receipts|payments"


@pytest.fixture
def biller(database_url: str) -> StaffViewer:
    return add_staff("biller")


def named(number: str, last: str, first: str) -> World:
    world = add_account(number)
    with transaction() as session:
        account = session.get_one(GuarantorAccount, world.account_id)
        patient = session.get_one(Patient, world.patient_id)
        account.last_name = patient.last_name = last
        account.first_name = patient.first_name = first
    return world


def numbers(viewer: StaffViewer, term: str) -> list[str]:
    return [account.number for account in search(viewer, term).accounts.rows]


@pytest.mark.parametrize(
    "term",
    [
        "hernandez",
        "Hern",
        "maria hernandez",
        "Hernández, María",
        "hernadnez",  # two letters changed places
        "hernandes",  # another letter
        "hernandz",  # a letter missing
        "herrnandez",  # one too many
        "mria hernandez",
        "obriain",  # the word after the hyphen, its apostrophe left out
        "O'Briain",
    ],
)
def test_a_name_is_found_by_its_start_and_in_spite_of_a_typing_mistake(
    term: str, biller: StaffViewer
) -> None:
    named("7000001", "Hernández-O'Briain", "María")
    named("7000002", "Sample", "Testa")
    assert numbers(biller, term) == ["7000001"]


def test_what_is_spelled_as_typed_stands_first(biller: StaffViewer) -> None:
    named("7000001", "Aamplex", "Anna")
    named("7000002", "Sample", "Zoe")
    named("7000003", "Semple", "Ann")
    found = search(biller, "sample").accounts.rows
    assert [row.number for row in found] == ["7000002", "7000003"]
    assert "much like" in found[1].because
    assert numbers(biller, "joe") == []
    assert numbers(biller, "sample 5/4/1980") == ["7000002", "7000003"]
    assert numbers(biller, "sample 5/5/1980") == []


def test_of_a_name_that_too_many_bear_the_page_says_to_ask_for_more(
    biller: StaffViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("7000001", "7000002", "7000003"):
        named(number, "Sample", "Testa")
    assert not search(biller, "sample").cut_short
    monkeypatch.setattr(staff_search, "MOST", 2)
    found = search(biller, "sample")
    assert found.cut_short
    assert len(found.accounts.rows) == 2
    assert not search(biller, "7000001").cut_short


def test_a_date_is_read_as_people_write_it() -> None:
    day = date(1980, 5, 4)
    assert born_on("5/4/1980") == ((day,), " ")
    assert born_on("1980-05-04")[0] == (day,)
    assert day in born_on("05.04.80")[0]
    assert born_on("13/45/1980") == ((), "13/45/1980")


def test_a_phone_is_found_by_its_end(biller: StaffViewer) -> None:
    add_account("7000001")
    for term in ("(212) 555-0142", "+1 212 555 0142", "5550142", "0142"):
        assert numbers(biller, term) == ["7000001"], term
    assert numbers(biller, "5550143") == []


def test_C_34_every_number_on_a_paper_leads_to_its_account(biller: StaffViewer) -> None:
    world = add_account("1234-5678")
    add_remittance(world, NOW)
    with transaction() as session:
        session.add_all(
            [
                Payment(
                    id=uuid4(),
                    guarantor_account_id=world.account_id,
                    amount=Money(5_00),
                    scope="all",
                    request_hash="x",
                    state="succeeded",
                    created_at=NOW,
                    state_at=NOW,
                    receipt_number="R-2026-0001",
                    last4="4241",
                ),
                PracticeReceipt(
                    receipt_id="DESK-77",
                    patient_id=world.patient_id,
                    received_on=NOW.date(),
                    method="cash",
                    kind="copay",
                    amount=Money(5_00),
                    check_number="CK-1088",
                ),
            ]
        )
    for term in (
        "12345678",
        "1234-5678",
        "ctrl1234-5678",
        "CTRLTRACE1",
        "PAYER12345",
        "r-2026-0001",
        "DESK-77",
        "ck-1088",
        "4241",
    ):
        assert numbers(biller, term) == ["1234-5678"], term
    assert search(biller, "TRACE1").only_remittance is not None


def test_C_21_a_payers_claim_that_is_nobodys_is_found_by_its_number(biller: StaffViewer) -> None:
    made = add_remittance(add_account(), NOW)
    with transaction() as session:
        held = session.scalars(
            select(RemittanceClaim).where(RemittanceClaim.disposition == "unmatched")
        ).one()
        held.payer_claim_number = "ICN999"
    assert search(biller, "icn999").only_item == made.item_id
    assert search(biller, "CTRLTRACE1-2").only_item == made.item_id


def test_HIPAA_7_a_search_shows_no_more_than_the_role_may_see(database_url: str) -> None:
    add_remittance(add_account(), NOW)
    desk = add_staff("front_desk")
    assert search(desk, "TRACE1").found_nothing
    assert search(desk, "CTRLTRACE1-2").found_nothing
    assert numbers(desk, "PAYER12345") == ["7000001"]


@contextmanager
def questions() -> Iterator[list[tuple[str, Any]]]:
    """Statements with their parameters, as they reach the server."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


BULK = """
INSERT INTO patients (guarantor_account_id, last_name, first_name, middle_name, suffix, match_name,
    birth_on, sex, street, street2, city, state, postal_code, confidential)
SELECT id, last_name, first_name, '', '', lower(last_name), birth_on, 'U', '', '', '', '', '', false
  FROM guarantor_accounts;
INSERT INTO visits (patient_id, guarantor_account_id, control_number, service_on, place_of_service,
    coverage_intent, confidential, desk_payment_cents)
SELECT id, guarantor_account_id, 'C' || id, DATE '2026-01-01', '', 'insurance', false, 0 FROM patients;
INSERT INTO payers (identifier, name, capitated) VALUES ('P', 'Payer', false);
INSERT INTO claims (visit_id, payer_id, patient_control_number, sequence, frequency, filing_code,
    accepts_assignment, billed_cents, state, payer_claim_number)
SELECT v.id, p.id, v.control_number, 'P', '1', '', '', 100, 'open', 'ICN' || v.id FROM visits v, payers p;
INSERT INTO practice_receipts (receipt_id, patient_id, received_on, method, kind, amount_cents, check_number)
SELECT 'R' || id, id, DATE '2026-01-01', 'check', 'copay', 100, 'K' || id FROM patients;
INSERT INTO payments (id, guarantor_account_id, amount_cents, scope, request_hash, state, created_at, state_at,
    method, brand, last4, failure)
SELECT gen_random_uuid(), id, 100, 'all', 'x', 'succeeded', now(), now(), 'card', '', lpad(id::text, 4, '0'), ''
  FROM guarantor_accounts;
"""


def person(number: int) -> dict[str, object]:
    """One of many, by the model, so that a new column needs no change here."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    name = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()[:8]
    return {
        "number": f"N{number}",
        "named": True,
        "last_name": name.translate(letters).capitalize(),
        "first_name": f"Given{number % 500}",
        "birth_on": date(1940, 1, 1) + timedelta(days=number % 20_000),
        "mobile": f"+1212{number:07}",
    }


@pytest.mark.new_database
def test_every_search_is_answered_by_an_index_among_thousands_of_people(
    biller: StaffViewer, owner_engine: Engine
) -> None:
    with transaction() as session:
        session.execute(insert(GuarantorAccount), [person(n) for n in range(1, MANY + 1)])
    with owner_engine.begin() as connection:
        for statement in BULK.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"many": MANY} if ":many" in statement else {})
        connection.execute(text("ANALYZE"))
        last = connection.scalar(text("SELECT last_name FROM guarantor_accounts WHERE id = 4000"))
    numbers = ("0004000", "4000", "N4000", "C4000", "ICN4000", "K4000")
    for term in (last[:6], last[:4] + last[5:], "4/5/1950", *numbers):
        with questions() as asked:
            found = search(biller, term)
        assert found.accounts.rows, term
        with read_only() as session:
            for statement, parameters in asked:
                lines = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
                plan = "\n".join(line for (line,) in lines)
                # A table may be read whole to join its names, never to look for the term.
                assert not re.search(rf"Seq Scan on ({BIG})\b[^\n]*\n\s*Filter", plan), plan
