"""What the office verified of a coverage: claims do not overwrite it, and its dates say when it counts."""

from datetime import date

import pytest

from billing.holds import Condition
from portal import db
from portal.models.accounts import Coverage, RecordVersion
from portal.queries.conditions import conditions
from portal.queries.visit_books import load_visit_books
from portal.services.import_claims import import_claims
from tests.services.ledger_book import SERVICE_ON, Book
from tests.services.practice_files import CLAIMS, NOW, Shelf, only, rows

pytestmark = pytest.mark.usefixtures("database_url")


def take(data):
    return import_claims(data=data, name="day.837", now=NOW, store=Shelf())


def test_SCH_14_a_claim_moves_the_days_of_a_verified_coverage_and_nothing_else():
    take(CLAIMS)
    first, before = only(Coverage, member_id="ACM000111"), len(rows(Coverage))
    with db.transaction() as session:
        row = session.get_one(Coverage, first.id)
        row.group_number, row.sequence = "VERIFIED", "S"
        row.effective_on, row.ended_on = date(2026, 1, 1), date(2026, 1, 31)
        row.verified_at = NOW
    take(CLAIMS.replace(b"000000001", b"000000099").replace(b"20260112", b"20260220"))
    again = only(Coverage, id=first.id)
    assert (again.group_number, again.sequence) == ("VERIFIED", "S")
    assert (again.effective_on, again.ended_on) == (date(2026, 1, 1), date(2026, 1, 31))
    assert again.last_service_on == date(2026, 2, 20)
    assert not rows(RecordVersion, record="coverages", record_id=first.id)
    assert len(rows(Coverage)) == before


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"effective_on": SERVICE_ON}, True),
        ({"effective_on": date(2026, 2, 4)}, False),
        ({"effective_on": date(2026, 1, 1), "ended_on": date(2026, 2, 2)}, False),
        ({"effective_on": date(2026, 1, 1), "last_service_on": date(2026, 1, 9)}, True),
        # Known from claims alone: ending it never makes it count on more days than it was claimed.
        ({"last_service_on": date(2026, 1, 9), "ended_on": date(2026, 3, 1)}, False),
        ({"last_service_on": date(2026, 3, 1), "ended_on": date(2026, 1, 9)}, False),
        ({}, True),
    ],
)
def test_STMT_1_a_coverage_counts_between_its_days(fields, counts):
    with db.transaction() as session:
        book = Book(session)
        patient = book.patient(book.account())
        book.coverage(patient, book.payer(), filing_code="MC", **fields)
        visit, _ = book.visit(patient, [5000])
        books = load_visit_books(session, [visit.id], with_entries=False)
        assert bool(books[visit.id].coverages) == counts
        held = conditions(session, on=SERVICE_ON, visit_ids=[visit.id])
        assert (Condition.MEDICAID_QMB in held.of(0, visit.id).kinds) == counts
