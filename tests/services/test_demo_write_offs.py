"""The demo's write-offs come by the real services: small balances approved, taken back and waiting, bad debt and what an agency recovered of it."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from billing.money import Money
from portal import db
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.queries.report_agencies import agencies_report
from portal.services.freshen_reports import freshen_reports
from portal.services.run_day import run_day
from tests.services.agency_world import faults
from tests.services.placement_world import states
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, after, later, noon, world
from tools.demo_collections import fill_collections
from tools.demo_write_offs import fill_write_offs

pytestmark = pytest.mark.usefixtures("database_url")
NOW = after(126)
BILLS = (120_00, 110_00, 100_00, 90_00, 80_00, 8_40, 2_75)


def test_OPS_19_and_OPS_22_the_demo_shows_batches_in_each_state_and_a_recovery(tmp_path) -> None:
    office = Office(tmp_path)
    world(lambda w: [w.owed(cents) for cents in BILLS])
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    later(lambda w: w.owed(3_10))
    add_staff("collections")
    add_staff("manager")
    fill_collections(office, now=noon(NOW))
    fill_write_offs(office, now=noon(NOW))
    assert Counter(batches()) == {
        ("small_balance", "approved"): 1,
        ("small_balance", "waiting"): 1,
        ("bad_debt", "approved"): 1,
    }
    assert bills() == {
        ("small", 8_40): "reversed",
        ("small", 2_75): "posted",
        ("small", 3_10): "waiting",
        ("placed", 90_00): "posted",
        ("uncollectible", 80_00): "posted",
    }
    assert Counter(states()) == {"placed": 2, "recalled": 1, "closed": 1}
    assert faults() == []
    freshen_reports(now=noon(NOW))
    made = agencies_report(NOW)
    assert made.tie is not None
    assert made.tie.holds
    off = {table.title.partition(",")[0]: table.rows[-1] for table in made.tables[-2:]}
    amounts = {title: [cell.value for cell in row[1:]] for title, row in off.items()}
    assert amounts == {
        "Bad debt": [Money(170_00), Money(0), Money(-30_00), Money(140_00)],
        "Small balances": [Money(11_15), Money(-8_40), Money(0), Money(2_75)],
    }


def batches() -> list[tuple[str, str]]:
    with db.read_only() as session:
        return [(one.kind, one.state) for one in session.scalars(select(BadDebtBatch))]


def bills() -> dict[tuple[str, int], str]:
    with db.read_only() as session:
        rows = session.scalars(select(BadDebtBill))
        return {(one.basis, one.amount.cents): one.state for one in rows}
