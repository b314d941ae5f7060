"""When statements are cut, and what each says about the time since the one before."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from billing import entries
from billing.ledger import Party
from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.claims import Claim, Visit
from portal.queries.statement_json import from_json
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


def test_STMT_12_twice_the_same_day_gives_one_statement():
    world(lambda w: w.owed(5000))
    assert cut().numbers == ("2026-0001",)
    assert cut().numbers == ()


def test_STMT_10_then_every_30_days_while_owed(tmp_path):
    world(lambda w: w.owed(5000))
    sent = []
    for day in (0, 1, 20, 21, 29, 30, 31, 51, 59, 60, 61, 89, 90, 91):
        if cut(after(day)).numbers:
            deliver(tmp_path, after(day))
            sent.append(day)
    assert sent == [0, 30, 60, 90]


def test_STMT_12_a_new_bill_waits_until_21_days_have_passed(tmp_path):
    account = world(lambda w: w.owed(5000))[0].guarantor_account_id
    cut()
    deliver(tmp_path)

    def build(w):
        w.owed(7000, account=w.session.get(GuarantorAccount, account))

    later(build)
    sent = []
    for day in (1, 10, 20, 21, 22, 30, 41):
        if cut(after(day)).numbers:
            deliver(tmp_path, after(day))
            sent.append(day)
    assert sent == [21]


def test_STMT_10_what_was_cut_and_never_sent_does_not_count():
    world(lambda w: w.owed(5000))
    cut()
    assert cut(after(1)).numbers == ("2026-0002",)


def test_STMT_6_previous_balance_payments_and_new_bills_add_up(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def build(w):
        w.pay(bill, 2000, on=after(10))
        account = w.session.get(GuarantorAccount, bill[0].guarantor_account_id)
        w.owed(7000, account=account)

    later(build)
    cut(after(30))
    said = from_json(statements()[-1].content)
    assert (
        said.summary.previous_balance,
        said.summary.new_charges,
        said.summary.payments,
        said.summary.adjustments,
    ) == (Money(5000), Money(7000), Money(2000), ZERO)
    assert said.amount_due == Money(10000)
    assert said.aging.days_0_30 == Money(10000)
    whats = [(change.on, change.what, change.amount) for change in said.changes]
    assert (
        after(10),
        "You paid for the visit of February 3, 2026. Thank you.",
        Money(-2000),
    ) in whats
    paid = next(line for line in said.lines if line.you_paid)
    assert (paid.your_share, paid.you_paid, paid.owe) == (Money(5000), Money(2000), Money(3000))


def test_STMT_6_the_balance_ages_from_the_first_statement(tmp_path):
    world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    cut(after(40))
    assert from_json(statements()[-1].content).aging.days_31_60 == Money(5000)


def test_a_visit_decided_again_is_no_bill_and_the_change_is_told(tmp_path):
    def build(w):
        first = w.owed(5000)
        account = w.session.get(GuarantorAccount, first[0].guarantor_account_id)
        return first, w.owed(7000, account=account)

    first, _ = world(build)
    cut()
    deliver(tmp_path)

    def again(w):
        w.session.get(Claim, first[2].id).state = "deciding_again"

    later(again)
    cut(after(30))
    said = from_json(statements()[-1].content)
    assert said.amount_due == Money(7000)
    assert said.summary.adjustments == Money(5000)
    assert [(c.what, c.amount) for c in said.changes] == [
        (
            "The visit of February 3, 2026 is being decided again. It is not due now.",
            Money(-5000),
        )
    ]
    [waiting] = said.with_insurer
    assert waiting.status == "Acme Health is deciding this again."


def test_STMT_19_a_changed_decision_sends_a_corrected_statement(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: decided_anew(w, bill))
    assert cut(after(6)).numbers == ("2026-0002",)
    said = from_json(statements()[-1].content)
    assert said.amount_due == Money(7000)
    assert said.corrected is not None
    assert said.corrected.replaces == "2026-0001"
    assert said.corrected.old_amount == Money(5000)
    old, new = said.visits[0].decisions
    assert "no longer counts" in old.note
    assert new.note == "This replaces the decision of February 20, 2026, claim 12345."
    assert said.summary.adjustments == Money(-2000)


def first_asked(bill) -> date | None:
    with db.read_only() as session:
        return session.get_one(Visit, bill[0].id).first_statement_on


def test_STMT_19_an_increase_has_its_own_D0_with_the_corrected_statement(tmp_path):
    bill, other = world(lambda w: (w.owed(5000), w.owed(3000)))
    cut()
    deliver(tmp_path)
    assert (first_asked(bill), first_asked(other)) == (DAY, DAY)
    later(lambda w: decided_anew(w, bill))  # 50.00 becomes 70.00
    assert cut(after(40)).numbers
    deliver(tmp_path, after(40))
    assert first_asked(bill) == after(40)
    assert first_asked(other) == DAY, "what stayed as it was keeps its day"
    with db.read_only() as session:
        changed = session.execute(
            text(
                "SELECT was, now FROM clock_changes WHERE clock = 'first_statement_on' ORDER BY id"
            )
        ).all()
    assert (DAY, after(40)) in [tuple(row) for row in changed]


def test_STMT_19_a_decision_that_lowers_the_bill_moves_no_D0(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: decided_anew(w, bill, share=4000))  # 50.00 becomes 40.00
    assert cut(after(40)).numbers
    deliver(tmp_path, after(40))
    assert first_asked(bill) == DAY


def test_CORE_3_D0_does_not_move_without_a_corrected_statement(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    move = update(Visit).where(Visit.id == bill[0].id).values(first_statement_on=after(40))
    with pytest.raises(DBAPIError, match="D0 stays"), db.transaction() as session:
        session.execute(move)


def overpay(w, bill):
    visit, charges = bill[0], bill[1]
    w.post(
        entries.payment(
            source_ref="test:too-much",
            occurred_on=after(3),
            lines=[entries.Line(party_of(visit, charges[0]), Money(5000))],
            leftover=entries.Line(
                Party(guarantor_account_id=visit.guarantor_account_id), Money(2500)
            ),
        )
    )


def test_STMT_11_a_credit_prints_do_not_pay(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    later(lambda w: overpay(w, bill))
    assert cut(after(30)).numbers == ("2026-0002",)
    said = from_json(statements()[-1].content)
    assert (said.amount_due, said.credit, said.is_credit) == (ZERO, Money(2500), True)
    deliver(tmp_path, after(30))
    assert cut(after(60)).numbers == ()


def test_STMT_11_what_was_paid_for_a_denied_visit_is_no_credit_yet(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def build(w):
        w.pay(bill, 5000, on=after(3))
        denied = w.more(w.session.get(Patient, bill[0].patient_id), w.payer(name="Beta Plan"))
        w.decide(denied, stays=25000)
        party = party_of(denied[0])
        w.post(
            entries.receipt(
                source_ref="test:copay", occurred_on=after(3), amount=Money(3000), party=party
            )
        )

    later(build)
    assert cut(after(30)).numbers == ()


@pytest.mark.parametrize("kind", ["unreachable", "bankruptcy", "do_not_contact"])
def test_CORE_6_a_credit_is_told_to_nobody_who_may_have_no_statement(tmp_path, kind):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: overpay(w, bill))
    hold = later(
        lambda w: (
            w.add(
                AccountCondition(
                    guarantor_account_id=bill[0].guarantor_account_id,
                    kind=kind,
                    since=noon(after(4)),
                    source="test",
                )
            ).id
        )
    )
    assert cut(after(31)).numbers == ()
    later(lambda w: setattr(w.session.get_one(AccountCondition, hold), "ended_at", noon(after(32))))
    assert len(cut(after(33)).numbers) == 1
