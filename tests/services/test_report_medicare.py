"""The report of Medicare bad debts: as of any day, with what stands against each bill (COLL-32)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.claims import Claim, Visit
from portal.queries.report_list import report, report_rows, rows_of
from portal.services.reverse_bad_debt import reverse_bad_debt
from tests.services.agency_world import ON, line, placed, read
from tests.services.statement_world import noon, world
from tests.services.test_bad_debt import approve, bills_of, come_home, person, prepare

pytestmark = pytest.mark.usefixtures("database_url")
KEY = "medicare-bad-debt"


def medicare(bill, *, first_bill=130) -> None:
    """The claim is Medicare's, and the bill was first sent so many days before today."""
    with transaction() as session:
        for claim in session.scalars(select(Claim).where(Claim.visit_id == bill[0].id)):
            claim.filing_code, claim.decided_on = "MB", ON - timedelta(days=140)
        visit = session.get_one(Visit, bill[0].id)
        visit.first_statement_on = ON - timedelta(days=first_bill)


def lines(on=ON):
    """Amounts with the clocks beside them; the total has none."""
    amounts, clocks = report(KEY, on, {}).tables
    told = [
        [dict(zip(table.heads, (cell.text for cell in row), strict=True)) for row in table.rows]
        for table in (amounts, clocks)
    ]
    return [one | two for one, two in zip(told[0], [*told[1], {}], strict=False)]


def test_COLL_32_a_bill_of_medicare_stands_with_its_clocks_until_it_is_taken_back():
    at, bill, placement = world(placed)
    medicare(bill)
    assert lines() == []
    come_home(placement)
    batch_id = prepare(bill)
    approve(batch_id)
    row, total = lines()
    assert (row["Days of effort"], row["Still bad debt"]) == ("130", "$50.00")
    assert (row["Deductible"], row["May be claimed"]) == ("$50.00", "$50.00")
    assert row["What stands against it"] == "Nothing"
    assert total["May be claimed"] == "$50.00"
    assert lines(ON - timedelta(days=1)) == []
    rows = rows_of(KEY, str(bills_of(batch_id)[0].id), ON, {})
    assert report_rows(rows, figure="1", on=ON).count == 1
    reverse_bad_debt(batch_id=batch_id, reason="A plan.", staff=person(), on=ON, now=noon(ON))
    assert lines() == []
    assert rows_of(KEY, "no bill", ON, {}) is None


def test_COLL_32_a_payment_starts_the_effort_anew_and_what_an_agency_has_is_not_claimed():
    at, bill, placement = world(placed)
    medicare(bill)
    read(at, line("R1", "payment", placement, amount="20.00"))
    batch_id = prepare(bill)
    approve(batch_id)
    row, _ = lines()
    assert (row["Days of effort"], row["May be claimed"]) == ("0", "$0.00")
    assert "120 are needed" in row["What stands against it"]
    assert "an agency still has it" in row["What stands against it"]


def test_COLL_32_another_payers_bill_is_not_in_it():
    _, bill, _ = world(placed)
    approve(prepare(bill, form=uuid4()))
    assert lines() == []
    with read_only() as session:
        assert session.scalars(select(Claim.filing_code)).all() != ["MB"]
