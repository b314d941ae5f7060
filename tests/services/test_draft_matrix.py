"""The matrix's last column, row by row, as a draft meets it: what the rules print, not what the code says (CORE-6)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from billing.allocation import allocate_payment
from billing.bill_disputes import Channel, Kind
from billing.holds import Condition, Denied
from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.services.draftable import Draftable, draftable, lines_to_settle
from portal.services.open_dispute import Filing, open_dispute
from tests.services.placement_world import agency, place
from tests.services.statement_world import DAY, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
OWED = 50_00
# rules.md, CORE-6, "plan/autopay draft": the rows that a draft can meet, and the rule of each no.
COLUMN = {
    "open_claim": "STMT-1",
    "medicaid_qmb": "STMT-23",
    "appeal_open": "COLL-22",  # ok if the patient asked: nobody did
    "disputed": "DISP-1",
    "assistance_pending": None,
    "gfe_dispute": "NSA-7",
    "bankruptcy": "COLL-24",
    "deceased": "COLL-25",
    "minor_unnamed": "COLL-26",
    "veterans_affairs": "COLL-28",
    "workers_comp": "COLL-29",
    "plan_current": None,
    "scra": None,
    "attorney": None,
    "unreachable": None,
    "below_floor": "OPS-19",
    "credit_balance": "STMT-11",
    "placed": "COLL-19",
}


def drawn_for(account_id: int) -> Draftable:
    with db.transaction() as session:
        return draftable(session, account_id, on=DAY)


@pytest.mark.parametrize("whole", [True, False], ids=["account", "visit"])
@pytest.mark.parametrize(("row", "rule"), COLUMN.items())
def test_CORE_6_each_row_of_the_drafts_column(row: str, rule: str | None, *, whole: bool) -> None:
    visit, *_ = world(lambda w: w.owed(OWED))
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                visit_id=None if whole else visit.id,
                kind=Condition(row).value,
                since=noon(DAY),
                source="test",
            )
        )
    )
    found = drawn_for(visit.guarantor_account_id)
    if rule is None:
        assert (found.denied, found.amount) == (None, Money(OWED))
    else:
        assert isinstance(found.denied, Denied)
        assert found.denied.rule_ids == (rule,)
        assert whole or found.amount == ZERO


def test_CORE_6_the_column_leaves_out_only_rows_that_the_rules_do_not_print() -> None:
    ours = {c.value for c in Condition} - COLUMN.keys()
    assert ours == {
        "bill_held",
        "coverage_changed",
        "do_not_contact",
        "no_estatement_consent",
        "no_sms_consent",
        "payment_taken_back",
        "promised",
        "receipts_behind",
        "receipts_missing",
        "review",
    }


def dispute(visit_id: int, cents: int | None) -> None:
    filing = Filing(
        visit_id=visit_id,
        kind=Kind.AMOUNT,
        channel=Channel.PORTAL,
        words="It is wrong.",
        amount=None if cents is None else Money(cents),
    )
    with db.transaction() as session:
        open_dispute(session, filing, dispute_id=uuid4(), by_id=None, face="patient", now=noon(DAY))


def test_DISP_1_of_a_bill_that_is_disputed_in_part_the_rest_is_drawn_and_settled() -> None:
    visit, *_ = world(lambda w: w.owed(OWED))
    dispute(visit.id, 20_00)
    found = drawn_for(visit.guarantor_account_id)
    assert (found.denied, found.amount) == (None, Money(30_00))
    with db.read_only() as session:
        lines = lines_to_settle(session, visit.guarantor_account_id, on=DAY)
    assert [(line.due, line.held) for line in lines] == [(Money(30_00), False)]


def test_DISP_1_of_a_bill_that_is_disputed_whole_nothing_is_drawn() -> None:
    visit, *_ = world(lambda w: w.owed(OWED))
    dispute(visit.id, None)
    found = drawn_for(visit.guarantor_account_id)
    assert isinstance(found.denied, Denied)
    assert found.denied.rule_ids == ("DISP-1",)
    assert found.amount == ZERO


def test_DISP_1_a_part_and_the_whole_at_once_are_the_whole() -> None:
    visit, *_ = world(lambda w: w.owed(OWED))
    dispute(visit.id, 20_00)
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                visit_id=visit.id,
                kind="disputed",
                since=noon(DAY),
                source="test",
            )
        )
    )
    assert drawn_for(visit.guarantor_account_id).amount == ZERO


def test_COLL_19_what_autopay_draws_for_a_new_bill_never_settles_one_at_an_agency() -> None:
    def build(w):
        old = w.owed(OWED)
        place(w, old, agency(w), cents=OWED)
        account = w.session.get_one(GuarantorAccount, old[0].guarantor_account_id)
        return old[0], w.owed(20_00, account=account)[0]

    old, new = world(build)
    assert drawn_for(old.guarantor_account_id).amount == Money(20_00)
    with db.read_only() as session:
        lines = lines_to_settle(session, old.guarantor_account_id, on=DAY)
    split = allocate_payment(Money(20_00), lines)
    assert [(share.line.visit_id, share.amount) for share in split.shares] == [
        (new.id, Money(20_00))
    ]
