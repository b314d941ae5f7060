"""Statements: cut when billable, true to the ledger to the cent, held when not (STMT-*, CORE-3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from billing import entries
from billing.ledger import Account, Party
from billing.money import ZERO, Money, total_of
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.statements import Statement, StatementLine
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.statement_json import content_hash, from_json
from portal.services.cut_statements import cut_statements
from tests.services.ledger_book import party_of
from tests.services.statement_world import (
    DAY,
    DECIDED_ON,
    Office,
    after,
    later,
    noon,
    world,
)

URL = "http://localhost:8000"
pytestmark = pytest.mark.usefixtures("database_url")


def cut(on: date = DAY):
    return cut_statements(on=on, now=noon(on), public_url=URL)


def deliver(tmp_path, on: date = DAY):
    from portal.services.deliver_statements import deliver_statements

    office = Office(tmp_path)
    return deliver_statements(
        on=on, now=noon(on), shop=office, folder=office.outbox / on.isoformat()
    )


def statements() -> list[Statement]:
    with db.read_only() as session:
        return list(session.scalars(select(Statement).order_by(Statement.id)))


def only() -> Statement:
    [statement] = statements()
    return statement


def content():
    return from_json(only().content)


def work_items() -> list[WorkItem]:
    with db.read_only() as session:
        return list(session.scalars(select(WorkItem)))


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
        from portal.models.practice import Practice

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


def test_OPS_19_under_the_floor_no_statement():
    world(lambda w: (w.owed(499), w.owed(500)))
    cut()
    assert only().amount_due == Money(500)


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
        from portal.models.accounts import GuarantorAccount

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
        from portal.models.accounts import GuarantorAccount

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
        from portal.models.accounts import GuarantorAccount

        account = w.session.get(GuarantorAccount, first[0].guarantor_account_id)
        return first, w.owed(7000, account=account)

    first, _ = world(build)
    cut()
    deliver(tmp_path)

    def again(w):
        from portal.models.claims import Claim

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

    def correct(w):
        visit, [charge], claim, payer = bill
        from portal.models.remittances import RemittanceClaim

        old = w.session.scalar(select(RemittanceClaim))
        party = party_of(visit, charge, claim.id, payer.id)
        legs = (
            *entries.transfer(
                Money(5000),
                debit_to=(Account.INSURANCE_RECEIVABLE, party),
                credit_to=(Account.PATIENT_RECEIVABLE, party),
            ),
            *entries.transfer(
                Money(8000),
                debit_to=(Account.INSURANCE_RECEIVABLE, party),
                credit_to=(Account.PAYER_CLEARING, party),
            ),
            *entries.transfer(
                Money(12000),
                debit_to=(Account.INSURANCE_RECEIVABLE, party),
                credit_to=(Account.CONTRACTUAL_ADJUSTMENT, party),
            ),
        )
        w.post(entries.remittance_claim(source_ref="test:undo", occurred_on=after(5), legs=legs))
        new = w.decide(
            bill, paid=6000, discount=12000, share={"1": 7000}, number="777", on=after(5)
        )
        old.reversed_by_id = new.id

    later(correct)
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


def test_STMT_11_a_credit_prints_do_not_pay(tmp_path):
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def overpay(w):
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

    later(overpay)
    assert cut(after(30)).numbers == ("2026-0002",)
    said = from_json(statements()[-1].content)
    assert (said.amount_due, said.credit, said.is_credit) == (ZERO, Money(2500), True)
    deliver(tmp_path, after(30))
    assert cut(after(60)).numbers == ()


def test_STMT_16_what_waits_for_the_insurer_is_listed_and_not_summed():
    def build(w):
        bill = w.owed(5000)
        from portal.models.accounts import Patient

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


def test_STMT_13_accounts_are_apart_each_with_its_own_total():
    world(lambda w: (w.owed(5000), w.owed(7000)))
    assert len(cut().numbers) == 2
    first, second = (from_json(s.content) for s in statements())
    assert (first.amount_due, second.amount_due) == (Money(5000), Money(7000))
    assert first.guarantor.name != second.guarantor.name


def test_an_account_without_an_address_is_held():
    world(lambda w: w.owed(5000, account=w.account(street="")))
    assert cut().numbers == ()
    assert work_items()[0].reasons == ["the account has no complete mailing address"]


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
