"""The fixtures of posting.md by number, 1 to 10: real files, real PostgreSQL, the ledger proved after each."""

from dataclasses import replace
from datetime import date

import pytest

from billing import entries
from billing.entries import Line
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.models.claims import Visit
from portal.models.payments import PracticeReceipt
from portal.services.post_entry import post_entry
from tests.services.ledger_book import SERVICE_ON, Book, party_of
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    negated,
    plb,
    svc,
    total,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")


def insured(*cents: int, practice: bool = True, **payer_fields) -> Visit:
    with book() as found:
        if practice:
            found.practice()
        visit, *_ = found.insured_visit(list(cents), **payer_fields)
    return visit


def with_secondary(*cents: int) -> Visit:
    """Medicare first, a Medigap plan second, both asked."""
    with book() as found:
        found.practice()
        visit, charges, claim, _ = found.insured_visit(list(cents), name="Medicare", tax_id="1111")
        claim.state = "open"
        second = found.payer(name="Medigap", tax_id="2222")
        found.claim(visit, charges, second, "S")
    return visit


def receipt(found: Book, visit: Visit, cents: int) -> None:
    entry = entries.receipt(
        source_ref=f"receipt:{cents}",
        occurred_on=SERVICE_ON,
        amount=Money(cents),
        party=party_of(visit),
    )
    posted = post_entry(found.session, entry)
    found.add(
        PracticeReceipt(
            receipt_id=f"R{cents}",
            patient_id=visit.patient_id,
            visit_id=visit.id,
            received_on=SERVICE_ON,
            method="cash",
            kind="copay",
            amount=Money(cents),
            entry_id=posted.entry_id,
        )
    )


def test_fixture_1_medicaid_after_medicare_posts_ten_more_and_the_patient_owes_nothing() -> None:
    with book() as found:
        found.practice()
        visit, charges, _, _ = found.insured_visit([50_000], name="Medicare", tax_id="1111")
        medicaid = found.payer(name="State Medicaid", tax_id="2222")
        found.claim(visit, charges, medicaid, "S", filing_code="MC")
    Payer("Medicare", "1111").pays(
        clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75"))
    )
    between = bill(visit.id)
    assert (between.insurance_due, between.patient_due) == (Money(7_500), ZERO)
    Payer("State Medicaid", "2222").pays(
        clp(visit.control_number, svc("99213", 500, "CO-45 435"), status_code="2", filing_code="MC")
    )
    after = bill(visit.id)
    assert (after.patient_due, after.insurance_due) == (ZERO, ZERO)
    assert after.plan_discount == Money(13_500)
    assert {p.payer_name: p.amount.cents for p in after.charges[0].plans} == {
        "Medicare": 30_000,
        "State Medicaid": 6_500,
    }


def test_fixture_2_a_copay_taken_at_the_desk_is_not_asked_again() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
        found.session.merge(visit).desk_payment = Money(2_500)
        receipt(found, visit, 2_500)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 30, PR-3 25")))
    found_bill = bill(visit.id)
    assert (found_bill.patient_due, found_bill.patient_paid) == (ZERO, Money(2_500))
    assert (found_bill.credit, found_bill.held) == (ZERO, False)


def test_fixture_2_a_copay_waits_while_receipts_do_not_reach_the_day_before() -> None:
    with book() as found:
        found.practice(receipts_through=date(2026, 2, 28))
        visit, *_ = found.insured_visit([10_000])
    Payer().pays(clp(visit.control_number, svc("99213", 100, "PR-3 25")))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.due_now) == (Money(2_500), ZERO)
    assert waiting.reasons == ("payments made at the desk are not in our books yet",)
    with book() as found:
        found.session.merge(visit).first_statement_on = date(2026, 3, 1)
    assert bill(visit.id).due_now == Money(2_500)  # once stated, a bill stays one


def test_fixture_3_reversal_and_correction_in_one_set_with_the_same_numbers() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    corrected = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 10"))
    report = payer.pays(corrected, negated(first))  # the correction may even come first
    assert dispositions(report) == ["posted", "posted"]
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(7_000), Money(1_000))
    assert not after.held
    assert work("reversal") == []


def test_fixture_4_a_reversal_alone_makes_the_bill_wait_for_the_correction() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    payer.pays(negated(first))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.insurance_due) == (ZERO, Money(10_000))
    assert waiting.reasons == ("your insurer is deciding this again",)
    assert [str(item.due_on) for item in work("reversal")] == ["2026-03-22"]
    payer.pays(
        clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 30")),
        issued_on=date(2026, 3, 12),
    )
    after = bill(visit.id)
    assert (after.patient_due, after.held) == (Money(3_000), False)
    assert work("reversal") == []


def test_fixture_4_what_the_patient_paid_becomes_credit_and_settles_the_correction() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    with book() as found:
        line = bill(visit.id).charges[0]
        party = replace(party_of(visit), charge_id=line.charge_id)
        paid = entries.payment(
            source_ref="p", occurred_on=SERVICE_ON, lines=[Line(party, Money(5_000))]
        )
        post_entry(found.session, paid)
    payer.pays(negated(first))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.credit) == (ZERO, Money(5_000))
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 30")))
    after = bill(visit.id)
    assert (after.patient_due, after.patient_paid, after.credit) == (
        ZERO,
        Money(3_000),
        Money(2_000),
    )


def test_fixture_5_a_reversal_of_a_claim_we_never_saw_is_held_with_its_money() -> None:
    visit = insured(10_000)
    never = clp("NOT-OURS", svc("99213", 80))
    known = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    report = Payer().pays(negated(never), negated(known), clp("ALSO-NOT", svc("99213", 500)))
    assert dispositions(report) == ["unmatched", "held", "unmatched"]
    assert total(Account.PAYER_CLEARING) == 34_000
    assert total(Account.PAYER_SUSPENSE) == -34_000
    assert bill(visit.id).insurance_due == Money(10_000)


def test_fixture_5_a_reversal_with_other_amounts_is_held() -> None:
    visit = insured(10_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    other = clp(visit.control_number, svc("99213", 100, "PR-1 21"))
    assert dispositions(payer.pays(negated(other))) == ["held"]
    assert bill(visit.id).reasons == ("a reversal with other amounts than the decision it names",)


def test_fixture_6_a_forward_balance_is_carried_and_taken_over_two_835s() -> None:
    insured(10_000)
    payer = Payer()
    payer.pays(plbs=[plb("FB", -40, "FB1")])
    assert (total(Account.PAYER_RECOUPMENT), work("plb")) == (-4_000, [])
    payer.pays(plbs=[plb("FB", 40, "FB1")])
    assert (total(Account.PAYER_RECOUPMENT), total(Account.PAYER_CLEARING)) == (0, 0)
    assert work("plb") == []


def test_fixture_6_a_72_comes_with_its_wo_and_opens_no_work() -> None:
    insured(10_000)
    Payer().pays(plbs=[plb("72", -30, "CHECK9"), plb("WO", 30, "ICN9")])
    assert total(Account.PAYER_CLEARING) == 0
    assert work("plb") == []


def test_fixture_6_a_wo_for_a_claim_reversed_last_month() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    payer.pays(first)
    payer.pays(negated(first), plbs=[plb("WO", -80, first.payer_claim_number)])
    assert total(Account.PAYER_CLEARING) == 8_000  # deferred: nothing taken yet
    payer.pays(plbs=[plb("WO", 80, first.payer_claim_number)])
    assert (total(Account.PAYER_CLEARING), total(Account.PAYER_RECOUPMENT)) == (0, 0)
    assert work("plb") == []


def test_fixture_6_a_takeback_that_nothing_explains_opens_work() -> None:
    insured(10_000)
    Payer().pays(plbs=[plb("WO", 25, "ICN?"), plb("CS", -5, "X"), plb("L6", -1.5)])
    assert [(item.amount.cents, item.reasons) for item in work("plb")] == [
        (2_500, ["PLB WO ICN?"]),
        (500, ["PLB CS X"]),
    ]
    assert total(Account.PAYER_INTEREST) == -150


def test_fixture_7_a_duplicate_denial_never_replaces_a_good_decision() -> None:
    visit = insured(10_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    copy = clp(visit.control_number, svc("99213", 100, "OA-18 100"), status_code="4")
    assert dispositions(payer.pays(copy)) == ["held"]
    after = bill(visit.id)
    assert (after.patient_due, after.held) == (Money(5_000), False)


def test_a_second_decision_without_a_reversal_is_held_and_holds_the_bill() -> None:
    visit = insured(10_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    again = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 10"))
    assert dispositions(payer.pays(again)) == ["held"]
    after = bill(visit.id)
    assert (after.patient_due, after.due_now) == (Money(5_000), ZERO)
    assert total(Account.PAYER_SUSPENSE) == -7_000


def test_fixture_8_a_claim_level_cas_over_three_lines_with_odd_cents() -> None:
    visit = insured(10_000, 10_000, 10_000)
    lines = (svc("99213", 100), svc("85025", 100), svc("36415", 100))
    Payer().pays(clp(visit.control_number, *lines, claim_level="CO-45 50.00, PR-2 100.01"))
    after = bill(visit.id)
    assert [c.patient_due.cents for c in after.charges] == [3_334, 3_333, 3_334]
    assert [c.plan_discount.cents for c in after.charges] == [1_667, 1_667, 1_666]
    assert after.plan_paid == Money(14_999)
    assert after.insurance_due == ZERO


def test_fixture_9_a_claim_without_svc_is_spread_by_billed_amount() -> None:
    visit = insured(10_000, 20_000)
    Payer().pays(
        clp(
            visit.control_number,
            claim_level="CO-45 70, PR-2 30",
            billed_cents=30_000,
            paid_cents=20_000,
        )
    )
    after = bill(visit.id)
    assert [c.plan_paid.cents for c in after.charges] == [6_667, 13_333]
    assert (after.patient_due, after.insurance_due) == (Money(3_000), ZERO)


def test_fixture_10_a_bundled_pair_is_a_transfer_between_lines() -> None:
    visit = insured(10_000, 6_000)
    Payer().pays(
        clp(
            visit.control_number,
            svc("80053", 100, "CO-97 100", submitted_procedure="HC:99213"),
            svc("80053", 60, "OA-94 -100, CO-45 20, PR-1 40", submitted_procedure="HC:85025"),
        )
    )
    after = bill(visit.id)
    assert [c.bundled.cents for c in after.charges] == [-10_000, 10_000]
    assert (after.patient_due, after.insurance_due) == (Money(4_000), ZERO)
    assert work("denial") == []
