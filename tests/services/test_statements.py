"""What a statement says: true to the ledger and to the payers' decisions, to the cent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from billing import entries
from billing.money import ZERO, Money, total_of
from portal import db
from portal.models.accounts import Patient
from portal.models.practice import Practice
from portal.models.statements import StatementLine
from portal.queries.balances import balances
from portal.queries.statement_json import content_hash, from_json
from tests.services.ledger_book import party_of
from tests.services.statement_world import (
    DAY,
    DECIDED_ON,
    after,
    content,
    cut,
    later,
    only,
    statements,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")


def test_STMT_1_no_bill_while_a_payer_has_not_answered():
    world(lambda w: w.bill())
    assert cut().numbers == ()


def test_STMT_1_the_decision_makes_it_billable():
    world(lambda w: w.owed(5000))
    assert cut().numbers == ("2026-0001",)
    said = content()
    assert said.amount_due == Money(5000)
    [line] = said.lines
    assert line.service == "Office visit"
    assert line.code == "99213"
    assert (line.billed, line.plan_discount, line.plan_paid_total) == (
        Money(25000),
        Money(12000),
        Money(8000),
    )
    assert (line.deductible, line.owe) == (Money(5000), Money(5000))
    assert line.why == (
        "Your plan put $50.00 of this toward your yearly deductible. You pay that part.",
    )


def test_STMT_5_the_decision_block_names_claim_date_and_figure():
    world(lambda w: w.owed(5000))
    cut()
    [decision] = content().visits[0].decisions
    assert decision.sentence.startswith(
        "Acme Health told us on February 20, 2026: claim 12345, you may owe $50.00."
    )
    assert decision.current
    assert decision.explained


def test_STMT_5_what_we_check_is_a_named_step_and_not_due():
    def build(w):
        bill = w.bill(billed=35000)
        w.decide(bill, paid=8000, discount=12000, share={"1": 5000}, review=10000)

    world(build)
    cut()
    said = content()
    assert said.amount_due == Money(5000)
    assert said.lines[0].under_review == Money(10000)
    [decision] = said.visits[0].decisions
    assert (decision.told, decision.ours) == (Money(15000), Money(5000))
    assert [(s.label, s.amount) for s in decision.differences] == [
        ("We are checking this part; it is not due now", Money(10000))
    ]


def test_STMT_5_two_payers_each_have_a_block_and_the_last_one_counts():
    def build(w):
        bill = w.bill(billed=50000)
        visit, charges, primary, _ = bill
        w.decide(bill, paid=30000, discount=12500, passed=7500, number="M-1")
        second = w.payer(name="Beta Plan")
        claim = w.claim(visit, charges, second, sequence="S")
        w.decide(
            (visit, charges, claim, second),
            paid=5000,
            discount=1000,
            share={"2": 1500},
            number="B-2",
            on=DECIDED_ON + timedelta(days=3),
        )

    world(build)
    cut()
    said = content()
    assert said.amount_due == Money(1500)
    first, last = said.visits[0].decisions
    assert (first.current, last.current) == (False, True)
    assert first.note == "This was before your other plan answered."
    assert [(s.label, s.amount) for s in first.differences] == [
        ("Beta Plan paid", Money(5000)),
        ("Beta Plan took off", Money(1000)),
    ]
    assert (first.told, first.ours) == (Money(7500), Money(1500))
    assert said.visits[0].claim_number == "B-2"


def test_STMT_6_every_field_of_the_header_is_there():
    world(lambda w: w.owed(5000))
    cut()
    said = content()
    assert said.number == "2026-0001"
    assert said.account_number == only().content["account_number"]
    assert said.practice.legal_name
    assert said.practice.phone_hours
    assert said.guarantor.address == ("1 Invented Street", "Sampletown, NY 10001")
    assert said.summary.balance == said.amount_due
    assert said.aging.days_0_30 == Money(5000)
    for text_ in (
        said.notices.assistance,
        said.notices.assistance_phone,
        said.notices.assistance_url,
        said.notices.payment_plan,
        said.notices.dispute,
        said.notices.language,
        said.notices.text_phone,
        *said.notices.ways_to_pay,
    ):
        assert text_.strip()
    assert said.payments_through == DAY


def test_STMT_7_the_assistance_notice_has_phone_and_address():
    world(lambda w: w.owed(5000))
    cut()
    notice = content().notices
    assert "(212) 555-0101" in notice.assistance_phone
    assert notice.assistance_url.startswith("https://")


def test_the_statement_prints_payments_received_through_the_receipts_file():
    def build(w):
        bill = w.owed(5000)
        w.session.get(Practice, 1).receipts_through = date(2026, 3, 1)
        return bill

    world(build)
    cut()
    assert content().payments_through == date(2026, 3, 1)


def test_STMT_20_the_due_date_leaves_25_days_for_the_mail():
    world(lambda w: w.owed(5000))
    cut()
    assert only().due_on >= DAY + timedelta(days=25)


def test_CORE_7_the_frozen_hash_proves_the_content():
    world(lambda w: w.owed(5000))
    cut()
    statement = only()
    assert content_hash(statement.content) == statement.content_hash
    assert statement.layout_version == 1
    assert statement.previous_balance == ZERO


def test_STMT_16_what_waits_for_the_insurer_is_listed_and_not_summed():
    def build(w):
        bill = w.owed(5000)
        patient = w.session.get(Patient, bill[0].patient_id)
        w.more(patient, w.payer(name="Beta Plan"), billed=90000)

    world(build)
    cut()
    said = content()
    assert said.amount_due == Money(5000)
    [waiting] = said.with_insurer
    assert (waiting.payer, waiting.status) == (
        "Beta Plan",
        "We wait for the answer of Beta Plan.",
    )


def test_a_self_pay_visit_says_that_the_price_is_yours():
    def build(w):
        account = w.account()
        visit, [charge] = w.visit(w.patient(account), [9000], coverage_intent="self_pay")
        charge.description = "Office visit"
        w.post(
            entries.self_pay_charge(
                source_ref="test:self",
                occurred_on=DAY,
                lines=[entries.Line(party_of(visit, charge), Money(9000))],
            )
        )

    world(build)
    cut()
    [line] = content().lines
    assert (line.self_pay, line.owe) == (Money(9000), Money(9000))
    assert line.why == ("We did not bill a health plan for this. You pay the price itself.",)


def test_STMT_13_accounts_are_apart_each_with_its_own_total():
    world(lambda w: (w.owed(5000), w.owed(7000)))
    assert len(cut().numbers) == 2
    first, second = (from_json(s.content) for s in statements())
    assert (first.amount_due, second.amount_due) == (Money(5000), Money(7000))
    assert first.guarantor.name != second.guarantor.name


def test_STMT_22_no_diagnosis_can_be_printed():
    world(lambda w: w.owed(5000))
    cut()
    assert "diagnos" not in str(only().content).lower()


def test_every_statement_of_a_busy_day_ties_out_with_the_ledger():
    """Tie-out: lines, content, and the one balance function as of the statement's position."""

    def build(w):
        for n in range(1, 13):
            bill = w.owed(1000 * n)
            if n % 3 == 0:
                w.pay(bill, 300 * n, on=DAY)

    world(build)
    cut()
    made = statements()
    assert len(made) == 12
    with db.read_only() as session:
        for statement in made:
            said = from_json(statement.content)
            rows = dict(
                session.execute(
                    select(StatementLine.charge_id, StatementLine.amount).where(
                        StatementLine.statement_id == statement.id
                    )
                ).all()
            )
            assert rows == {line.charge_id: line.owe for line in said.lines}
            assert total_of(rows.values()) == statement.amount_due == said.amount_due
            [account] = balances(
                session,
                on=DAY,
                account_ids=[statement.guarantor_account_id],
                through=statement.ledger_position,
            )
            assert account.due_now == statement.amount_due


def test_the_number_of_queries_does_not_grow_with_the_accounts(tmp_path):
    world(lambda w: w.owed(5000))
    few = _queries(cut)
    later(lambda w: [w.owed(5000) for _ in range(20)])
    many = _queries(lambda: cut(after(1)))
    assert len(statements()) == 22
    assert many <= few + 1


def _queries(run) -> int:
    seen: list[str] = []
    with db.read_only() as session:
        engine = session.get_bind()

    def count(_c, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)
