"""What keeps a statement in the house: faults, floors, holds and other people's business."""

from __future__ import annotations

import pytest

from billing import entries
from billing.ledger import Account
from billing.money import Money
from portal.models.accounts import AccountCondition
from portal.queries.reach import NO_MAIL
from tests.services.ledger_book import party_of
from tests.services.statement_world import (
    DAY,
    DECIDED_ON,
    after,
    cut,
    noon,
    only,
    work_items,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")


def test_STMT_5_an_unexplained_figure_is_held_not_sent():
    def build(w):
        bill = w.bill()
        row = w.decide(bill, paid=8000, discount=12000, share={"1": 5000})
        row.patient_responsibility = Money(6000)

    world(build)
    result = cut()
    assert result.numbers == ()
    assert len(result.held_accounts) == 1
    [item] = work_items()
    assert item.kind == "held_statement"
    assert item.reasons == ["the figure of Acme Health for claim 12345 is not explained"]


def test_STMT_4_a_share_that_the_ledger_does_not_hold_is_held():
    def build(w):
        visit, [charge], claim, payer = w.owed(5000)
        party = party_of(visit, charge, claim.id, payer.id)
        w.post(
            entries.remittance_claim(
                source_ref="test:planted",
                occurred_on=DECIDED_ON,
                legs=entries.transfer(
                    Money(1),
                    debit_to=(Account.PATIENT_RECEIVABLE, party),
                    credit_to=(Account.INSURANCE_RECEIVABLE, party),
                ),
            )
        )

    world(build)
    assert cut().numbers == ()
    [item] = work_items()
    assert any("does not add up" in reason for reason in item.reasons)


def test_STMT_4_the_same_fault_found_again_opens_no_second_item():
    def build(w):
        w.decide(w.bill(), paid=8000, share={"1": 5000}).patient_responsibility = Money(1)

    world(build)
    cut()
    cut(after(1))
    assert len(work_items()) == 1


def test_STMT_8_a_line_without_words_is_held():
    def build(w):
        _, [charge], _, _ = w.owed(5000)
        charge.description, charge.procedure_code = "", "99"

    world(build)
    assert cut().numbers == ()
    assert work_items()[0].reasons[0].endswith("has no plain words or no code")


def test_OPS_19_under_the_floor_no_statement():
    world(lambda w: (w.owed(499), w.owed(500)))
    cut()
    assert only().amount_due == Money(500)


def test_COLL_26_a_minor_without_a_named_guarantor_gets_no_statement():
    def build(w):
        w.owed(5000, account=w.account(named=False, last_name="Parent or guardian of Sam"))

    world(build)
    assert cut().numbers == ()


@pytest.mark.parametrize(
    "kind", ["deceased", "bankruptcy", "do_not_contact", "workers_comp", "medicaid_qmb"]
)
def test_CORE_6_a_condition_on_the_account_stops_the_statement(kind):
    def build(w):
        visit = w.owed(5000)[0]
        w.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                kind=kind,
                since=noon(DAY),
                source="test",
            )
        )

    world(build)
    assert cut().numbers == ()


def test_STMT_13_a_confidential_visit_beside_others_holds_the_whole_statement():
    def build(w):
        account = w.account()
        w.owed(5000, account=account)
        w.owed(6000, account=account, first_name="Sam", confidential=True)

    world(build)
    assert cut().numbers == ()
    assert any("STMT-13" in reason for reason in work_items()[0].reasons)


def test_an_account_without_an_address_is_held():
    world(lambda w: w.owed(5000, account=w.account(street="")))
    assert cut().numbers == ()
    assert work_items()[0].reasons == [NO_MAIL]
