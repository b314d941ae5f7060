"""`verify-ledger` finds a cent, wherever somebody with the owner's rights plants it."""

from datetime import date

import pytest
from sqlalchemy import Engine, select, text

from billing import entries
from billing.entries import Line
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.statements import Statement, StatementLine
from portal.queries.ledger_proof import verify_ledger
from portal.services.move_visits import Move, move_visits
from portal.services.post_entry import post_entry
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, Book, party_of
from tests.services.payer_voice import Payer, bill, book, clp, plb, svc

ON = date(2026, 3, 2)


@pytest.fixture
def practice(database_url: str) -> None:
    """A posted remittance, a payment, a statement: all right to the cent."""
    with book() as found:
        found.practice()
        visit, [charge], claim, payer = found.insured_visit([10_000])
    Payer().pays(
        clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")),
        clp("UNKNOWN", svc("99213", 10)),
        plbs=[plb("L6", -1)],
    )
    with book() as found:
        party = party_of(visit, charge, claim.id, payer.id)
        from portal.queries.balances import balances

        [account] = balances(found.session, on=ON, account_ids=[visit.guarantor_account_id])
        statement = found.add(
            Statement(
                number="2026-0001",
                guarantor_account_id=visit.guarantor_account_id,
                cycle_on=ON,
                cut_at=NOW,
                ledger_position=account.position,
                due_on=ON,
                amount_due=Money(5_000),
                previous_balance=Money(0),
                layout_version=1,
                content={},
                content_hash="",
            )
        )
        found.add(
            StatementLine(statement_id=statement.id, charge_id=charge.id, amount=Money(5_000))
        )
        post_entry(
            found.session,
            entries.payment(
                source_ref="p", occurred_on=SERVICE_ON, lines=[Line(party, Money(1_000))]
            ),
        )
    assert bill(visit.id).due_now == Money(4_000)


def plant(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        changed = connection.execute(text(statement))
        assert changed.rowcount


def found_by() -> set[str]:
    proof = verify_ledger()
    assert not proof.ok
    assert any("FAULT" in line for line in proof.lines())
    assert proof.to_json()["ok"] is False
    return {fault.check for fault in proof.faults}


def test_a_right_ledger_is_proved_by_every_check(practice: None) -> None:
    proof = verify_ledger()
    assert proof.ok
    assert proof.accounts["payer_clearing"] == 3_000 + 1_000 + 100
    assert proof.accounts["patient_receivable"] == 4_000
    assert sum(proof.accounts.values()) == 0
    assert all("ok" in line for line in list(proof.lines())[1:])


PLANTED = {
    "a leg grows by a cent": (
        (
            "UPDATE postings SET amount_cents = amount_cents + 1 WHERE id ="
            " (SELECT max(id) FROM postings)"
        ),
        {"trial balance", "every entry balances"},
    ),
    "both legs of one entry grow": (
        (
            "UPDATE postings SET amount_cents = amount_cents + 1 WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE kind = 'charge')"
        ),
        {"charges equal billed lines"},
    ),
    "both legs of the payment move to an earlier place": (
        (
            "UPDATE postings SET id = -id WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE source_ref = 'p')"
        ),
        {"statement lines equal the ledger as it stood"},
    ),
    "a suspended claim grows by a cent on both sides": (
        (
            "UPDATE postings SET amount_cents = amount_cents + 1 WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE kind = 'payer_suspense')"
        ),
        {
            "payer_clearing moved by BPR02 for each posted remittance",
            "each decision moves the payer's money by CLP04",
        },
    ),
    "a decision moves a cent more to the patient": (
        (
            "UPDATE postings p SET amount_cents = p.amount_cents + (a.code = 'patient_receivable')::int"
            " - (a.code = 'contractual_adjustment')::int FROM ledger_accounts a, journal_entries e"
            " WHERE a.id = p.account_id AND e.id = p.entry_id AND e.kind = 'remittance_claim'"
        ),
        {"each decision puts on the patient what its PR lines say"},
    ),
    "a PLB shrinks on both sides": (
        (
            "UPDATE postings SET amount_cents = amount_cents - 1 WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE kind = 'provider_adjustment')"
        ),
        {"payer_clearing moved by BPR02 for each posted remittance"},
    ),
    "a statement asks a cent more": (
        "UPDATE statement_lines SET amount_cents = amount_cents + 1",
        {"statement lines equal the ledger as it stood", "statements add up to their lines"},
    ),
    "a statement total is off": (
        "UPDATE statements SET amount_due_cents = amount_due_cents - 1",
        {"statements add up to their lines"},
    ),
    "a leg moves to another account holder": (
        (
            "INSERT INTO guarantor_accounts SELECT (jsonb_populate_record(g,"
            ' \'{"id": 999, "number": "x"}\')).* FROM guarantor_accounts g'
        ),
        set(),
    ),
}


@pytest.mark.parametrize("name", [n for n in PLANTED if PLANTED[n][1]])
def test_a_planted_cent_is_found(practice: None, owner_engine: Engine, name: str) -> None:
    statement, checks = PLANTED[name]
    plant(owner_engine, statement)
    assert checks <= found_by()


def test_a_leg_on_a_strangers_account_is_found(practice: None, owner_engine: Engine) -> None:
    plant(owner_engine, PLANTED["a leg moves to another account holder"][0])
    plant(owner_engine, "UPDATE postings SET guarantor_account_id = 999 WHERE charge_id > 0")
    assert "receivables belong to a charge of their visit and account" in found_by()


def test_a_visit_that_moved_whole_is_no_fault(practice: None) -> None:
    with transaction() as session:
        world = Book(session, counter=70)
        patients = session.scalars(select(Patient)).all()
        moves = [Move(patient, world.account().id) for patient in patients]
        move_visits(session, moves, source="t", on=ON)
    assert verify_ledger().faults == ()


def test_money_that_came_in_by_no_remittance_is_found(practice: None) -> None:
    with book() as found:
        post_entry(
            found.session,
            entries.payer_suspense(
                source_ref="odd", occurred_on=ON, amount=Money(1), party=party_of_nobody()
            ),
        )
    assert "payer_clearing moves by remittances and deposits alone" in found_by()


def party_of_nobody() -> entries.Party:
    return entries.Party(reference="nobody")
