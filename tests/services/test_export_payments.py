"""What goes back to the practice's other software, and is known as ours when it returns."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account, Party, reversal
from billing.money import Money
from portal import db
from portal.models.accounts import Patient
from portal.models.ledger import JournalEntry
from portal.models.payments import PracticeReceipt
from portal.services.export_payments import export_payments
from portal.services.import_practice import import_practice
from portal.services.post_entry import post_entry
from tests.services.ledger_book import party_of
from tests.services.statement_world import DAY, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def rows(since=DAY) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export_payments(since=since))))


def paid(w):
    bill = w.owed(5000)
    w.session.get(Patient, bill[0].patient_id).practice_patient_id = "P-77"
    w.pay(bill, 2000, on=DAY)
    return bill


def test_a_payment_is_one_row_for_each_line():
    visit, [charge], _, _ = world(paid)
    [row] = rows()
    assert row["receipt_id"].startswith("kindbill:")
    assert (row["kind"], row["amount_cents"], row["date"]) == ("payment", "2000", "2026-03-02")
    assert (row["practice_patient_id"], row["control_number"]) == ("P-77", visit.control_number)
    assert row["procedure_code"] == charge.procedure_code


def test_since_leaves_out_the_days_before():
    world(paid)
    assert rows(after(1)) == []


def test_a_leftover_and_an_adjustment_taken_back_are_told():
    bill = world(paid)
    visit, [charge] = bill[0], bill[1]

    def build(w):
        party = party_of(visit, charge)
        w.post(
            entries.payment(
                source_ref="test:more",
                occurred_on=after(1),
                lines=[entries.Line(party, Money(500))],
                leftover=entries.Line(
                    Party(guarantor_account_id=visit.guarantor_account_id), Money(300)
                ),
            )
        )
        entry = entries.adjustment(
            source_ref="test:adjustment",
            occurred_on=after(2),
            account=Account.PROVIDER_WRITE_OFF,
            lines=[entries.Line(party, Money(700))],
            memo="Test",
        )
        posted: UUID = post_entry(w.session, entry).entry_id
        w.post(
            reversal(
                entry,
                entry_id=posted,
                source_ref="test:back",
                occurred_on=after(3),
                memo="Test",
            )
        )

    later(build)
    found = [(r["kind"], r["amount_cents"], bool(r["reverses"])) for r in rows(after(1))]
    assert found == [
        ("payment", "500", False),
        ("payment", "300", False),
        ("adjustment", "700", False),
        ("adjustment", "-700", True),
    ]
    taken, back = rows(after(2))
    assert back["reverses"] == taken["receipt_id"]
    assert "Test" not in export_payments(since=DAY)


def test_the_file_coming_back_as_receipts_changes_nothing():
    world(paid)
    with db.read_only() as session:
        before = session.scalar(select(func.count()).select_from(JournalEntry))
    result = import_practice(
        kind="receipts",
        data=export_payments(since=DAY).encode(),
        name="back.csv",
        now=noon(DAY),
        dry_run=False,
    )
    assert [file["refused"] for file in result.to_json()["files"]] == [[]]
    with db.read_only() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == before
        assert session.scalar(select(func.count()).select_from(PracticeReceipt)) == 0
