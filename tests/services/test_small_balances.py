"""Small balances: never billed below the floor, and let go after 60 quiet days (OPS-19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.ledger import JournalEntry
from portal.queries.balances import balances
from portal.services.write_off_small_balances import WrittenOff, write_off_small_balances
from tests.services.statement_world import DECIDED_ON, cut, deliver, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
DAY_60 = DECIDED_ON + timedelta(days=60)
NOTHING = WrittenOff(0, ZERO)


def owed() -> Money:
    with db.read_only() as session:
        return sum((account.patient_due for account in balances(session, on=DAY_60)), ZERO)


def test_OPS_19_below_the_floor_it_goes_at_60_days_and_not_before():
    world(lambda w: w.owed(499))
    assert write_off_small_balances(on=DAY_60 - timedelta(days=1)) == NOTHING
    assert write_off_small_balances(on=DAY_60) == WrittenOff(1, Money(499))
    assert owed() == ZERO
    assert write_off_small_balances(on=DAY_60) == NOTHING
    with db.read_only() as session:
        entry = session.scalar(
            select(JournalEntry).where(JournalEntry.source_ref.like("small_balance:%"))
        )
        assert entry.kind == "adjustment"


def test_OPS_19_what_can_be_billed_is_not_let_go_unasked():
    world(lambda w: w.owed(500))
    assert write_off_small_balances(on=DAY_60 + timedelta(days=300)) == NOTHING


@pytest.mark.parametrize(("cents", "goes"), [(999, True), (1000, False)])
def test_OPS_19_up_to_9_99_it_goes_after_two_statements_and_60_days(tmp_path, cents, goes):
    world(lambda w: w.owed(cents))
    first = DECIDED_ON + timedelta(days=1)
    for on in (first, first + timedelta(days=30)):
        assert cut(on).numbers
        assert write_off_small_balances(on=first + timedelta(days=60)) == NOTHING
        deliver(tmp_path, on)
    assert write_off_small_balances(on=first + timedelta(days=59)) == NOTHING
    expected = WrittenOff(1, Money(cents)) if goes else NOTHING
    assert write_off_small_balances(on=first + timedelta(days=60)) == expected


def test_OPS_19_a_new_posting_starts_the_60_days_again():
    bill = world(lambda w: w.owed(499))
    later(lambda w: w.pay(bill, 100, on=DECIDED_ON + timedelta(days=30)))
    assert write_off_small_balances(on=DAY_60) == NOTHING
    assert write_off_small_balances(on=DAY_60 + timedelta(days=30)) == WrittenOff(1, Money(399))


@pytest.mark.parametrize("kind", ["disputed", "bankruptcy", "medicaid_qmb"])
def test_OPS_19_what_is_held_or_disputed_is_left_alone(kind):
    def build(w):
        visit = w.owed(499)[0]
        w.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                kind=kind,
                since=noon(DECIDED_ON),
                source="test",
            )
        )

    world(build)
    assert write_off_small_balances(on=DAY_60) == NOTHING
