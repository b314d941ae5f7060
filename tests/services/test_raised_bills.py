"""A payer raises or lowers a bill that was asked for: told with its reason, and a D0 of its own (STMT-19, CORE-3, STMT-11)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import update

from billing import entries
from billing.bill_disputes import Channel, Kind
from billing.holds import Condition, Denied
from billing.ledger import Account, Entry
from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import GuarantorAccount
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Claim, Visit
from portal.queries.balances import balances
from portal.queries.gate_facts import gate_facts
from portal.queries.notice_facts import notice_facts
from portal.queries.statement_json import from_json
from portal.services.draftable import draftable
from portal.services.mail_came_back import mail_came_back
from portal.services.open_dispute import Filing, open_dispute
from tests.services.ledger_book import party_of
from tests.services.statement_world import (
    DAY,
    after,
    cut,
    decided_anew,
    deliver,
    later,
    noon,
    statements,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")


def first_asked(bill) -> date | None:
    with db.read_only() as session:
        return session.get_one(Visit, bill[0].id).first_statement_on


def send(home, on: date = DAY) -> int:
    """How many statements were cut; they leave too."""
    numbers = cut(on).numbers
    deliver(home, on)
    return len(numbers)


def stands(w, bill, state: str, on: date | None) -> None:
    """Its payer decides again, or has decided."""
    w.session.execute(update(Claim).where(Claim.visit_id == bill[0].id).values(state=state))
    w.session.get_one(Visit, bill[0].id).responsible_on = on


def test_STMT_19_an_increase_is_told_after_a_statement_that_left_the_bill_out(tmp_path):
    def build(w):
        account = w.account()
        return w.owed(5000, account=account), w.owed(3000, account=account)

    bill, other = world(build)
    send(tmp_path)
    later(lambda w: stands(w, bill, "deciding_again", None))
    assert send(tmp_path, after(30)) == 1
    later(lambda w: decided_anew(w, bill))  # 50.00 becomes 70.00
    later(lambda w: stands(w, bill, "decided", after(31)))
    assert send(tmp_path, after(32)) == 1, "it does not wait for the cycle"
    said = from_json(statements()[-1].content)
    assert said.corrected is not None
    assert (said.corrected.old_amount, said.amount_due) == (Money(3000), Money(10000))
    assert (first_asked(bill), first_asked(other)) == (after(32), DAY)


def test_STMT_19_a_bill_that_fell_to_nothing_is_told_so_once(tmp_path):
    bill = world(lambda w: w.owed(5000))
    send(tmp_path)
    later(lambda w: decided_anew(w, bill, share=0))
    assert send(tmp_path, after(6)) == 1
    said = from_json(statements()[-1].content)
    assert said.corrected is not None
    assert (said.corrected.old_amount, said.amount_due) == (Money(5000), ZERO)
    assert send(tmp_path, after(40)) == 0


def test_STMT_19_what_rose_after_a_part_was_paid_is_an_increase_too(tmp_path):
    bill = world(lambda w: w.owed(5000))
    send(tmp_path)
    later(lambda w: w.pay(bill, 3000, on=after(3)))
    later(lambda w: decided_anew(w, bill))  # 70.00 less 30.00: less than the 50.00 before
    assert send(tmp_path, after(40)) == 1
    assert statements()[-1].amount_due == Money(4000)
    assert first_asked(bill) == after(40)


def test_CORE_3_an_increase_whose_statement_came_back_has_no_D0(tmp_path):
    bill = world(lambda w: w.owed(5000, account=w.account(mobile="+12125550143")))
    send(tmp_path)
    later(lambda w: decided_anew(w, bill))
    send(tmp_path, after(6))
    assert first_asked(bill) == after(6)
    with db.transaction() as session:
        returned = statements()[-1].id
        assert mail_came_back(session, returned, on=after(12), now=noon(after(12)))
    assert first_asked(bill) is None, "the day of the smaller bill is not the increase's"
    assert send(tmp_path, after(13)) == 1
    assert first_asked(bill) == after(13)


@pytest.mark.parametrize(("credit", "held"), [(4999, False), (5000, True), (9000, True)])
def test_CORE_6_who_has_as_much_credit_as_they_owe_is_neither_drawn_from_nor_reminded(
    tmp_path, credit: int, held: bool
):
    bill = world(lambda w: w.owed(5000))
    send(tmp_path)
    account_id = bill[0].guarantor_account_id

    def owe_them(w):
        other = w.bill(account=w.session.get_one(GuarantorAccount, account_id))
        party = party_of(other[0])
        legs = entries.transfer(
            Money(credit),
            debit_to=(Account.PRACTICE_DEPOSITS, party),
            credit_to=(Account.PATIENT_CREDIT, party),
        )
        w.post(Entry("receipt", "test:credit", DAY, tuple(legs)))

    later(owe_them)
    with db.transaction() as session:
        answer = draftable(session, account_id, on=DAY).denied
        facts = notice_facts(session, statement_id=statements()[-1].id, on=DAY)
    assert isinstance(answer, Denied) is held
    assert (Condition.CREDIT_BALANCE in facts.conditions) is held


def test_CORE_3_a_bill_that_a_payer_raised_has_no_D0_for_the_gate_until_it_is_told(tmp_path):
    def counts_from(on: date) -> date | None:
        account_id = bill[0].guarantor_account_id
        with db.read_only() as session:
            [episode] = gate_facts(session, on=on, account_ids=[account_id])[account_id].episodes
        return episode.clocks.first_statement_on

    bill = world(lambda w: w.owed(5000))
    send(tmp_path)
    assert counts_from(after(4)) == DAY
    later(lambda w: decided_anew(w, bill))  # 50.00 becomes 70.00
    assert counts_from(after(5)) is None
    send(tmp_path, after(6))
    assert counts_from(after(7)) == after(6)


def test_DISP_1_what_a_payer_adds_to_a_bill_that_is_disputed_whole_is_disputed_too(tmp_path):
    """Its days begin with the first statement that asks for it again (CORE-3)."""
    bill = world(lambda w: w.owed(5000))
    account_id = bill[0].guarantor_account_id
    send(tmp_path)
    filing = Filing(
        visit_id=bill[0].id, kind=Kind.AMOUNT, channel=Channel.PORTAL, words="It is wrong."
    )
    dispute_id = uuid4()
    with db.transaction() as session:
        open_dispute(
            session, filing, dispute_id=dispute_id, by_id=None, face="patient", now=noon(after(2))
        )
    later(lambda w: decided_anew(w, bill))  # 50.00 becomes 70.00
    with db.read_only() as session:
        [account] = balances(session, on=after(6), account_ids=[account_id])
    assert (account.visits[0].disputed, account.visits[0].due_now) == (Money(7000), ZERO)
    send(tmp_path, after(6))
    with db.transaction() as session:
        row = session.get_one(BillDispute, dispute_id)
        row.state, row.ended_on = "withdrawn", after(40)
    send(tmp_path, after(60))
    with db.read_only() as session:
        [episode] = gate_facts(session, on=after(61), account_ids=[account_id])[account_id].episodes
    assert statements()[-1].amount_due == Money(7000)
    assert episode.clocks.first_statement_on == after(60)


def test_CORE_3_a_bill_that_a_payer_lowered_keeps_its_D0_for_the_gate(tmp_path):
    bill = world(lambda w: w.owed(5000))
    send(tmp_path)
    later(lambda w: decided_anew(w, bill, share=2000))
    account_id = bill[0].guarantor_account_id
    with db.read_only() as session:
        [episode] = gate_facts(session, on=after(5), account_ids=[account_id])[account_id].episodes
    assert episode.clocks.first_statement_on == DAY
