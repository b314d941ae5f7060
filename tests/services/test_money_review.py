"""What payers change after patients paid and staff adjusted: no cent that nobody paid, none lost."""

from dataclasses import replace
from uuid import UUID

import pytest

from billing import entries
from billing.adjustments import AdjustmentKind
from billing.entries import Line
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from portal.models.accounts import AccountCondition
from portal.models.claims import Visit
from portal.queries.ledger_proof import verify_ledger
from portal.services.adjust_balance import Adjusted, adjust_balance
from portal.services.apply_credit import apply_credit
from portal.services.decide_review import NothingToReview, decide_review
from portal.services.note_refunds import note_refunds
from portal.services.post_entry import post_entry
from portal.services.reverse_adjustment import ReversalRefused, reverse_adjustment
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, party_of
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    dispositions,
    insured,
    negated,
    plb,
    second,
    staff,
    svc,
    total,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")


def patient_pays(visit: Visit, cents: int) -> None:
    line = Line(
        replace(party_of(visit), charge_id=bill(visit.id).charges[0].charge_id), Money(cents)
    )
    entry = entries.payment(source_ref=f"paid:{visit.id}", occurred_on=SERVICE_ON, lines=[line])
    with book() as found:
        post_entry(found.session, entry)


def staff_takes_off(visit: Visit, cents: int) -> Adjusted:
    standing = bill(visit.id)
    return adjust_balance(
        form_id=UUID(int=cents),
        account_id=standing.guarantor_account_id,
        charge_id=standing.charges[0].charge_id,
        kind=AdjustmentKind.HARDSHIP,
        amount=Money(cents),
        reason="papers seen",
        staff=replace(staff(), role="manager"),
        on=ON,
        now=NOW,
    )


def test_CORE_4_a_write_off_never_becomes_money_that_the_patient_may_ask_back() -> None:
    visit, payer = insured(10_000), Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    patient_pays(visit, 3_000)
    staff_takes_off(visit, 2_000)
    payer.pays(negated(first))
    between = bill(visit.id)
    assert (between.credit, between.written_off, between.patient_due) == (Money(3_000), ZERO, ZERO)
    [item] = work("figures")
    assert (item.amount, item.visit_id, item.holds_bill) == (Money(2_000), visit.id, True)
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    after = bill(visit.id)
    assert (after.credit, after.written_off, after.patient_paid) == (Money(3_000), ZERO, ZERO)


def test_CORE_4_a_smaller_share_gives_back_what_was_paid_before_what_was_taken_off() -> None:
    visit, payer = insured(10_000), Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    patient_pays(visit, 3_000)
    staff_takes_off(visit, 2_000)
    payer.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 10")))
    after = bill(visit.id)
    assert (after.credit, after.written_off, after.patient_due) == (
        Money(3_000),
        Money(1_000),
        ZERO,
    )


def asked_late(reasons: str = "CO-45 20, PR-1 50") -> tuple[Visit, Payer]:
    """Medicare left a share to the patient; only then was a second plan asked."""
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit([10_000], name="Medicare", tax_id="1111")
    medicare = Payer("Medicare", "1111")
    medicare.pays(clp(visit.control_number, svc("99213", 100, reasons)))
    with book() as found:
        found.claim(visit, charges, found.payer("Medigap", "2222", identifier="GAP"), "S")
    return visit, medicare


def test_STMT_2_a_plan_asked_late_decides_the_share_that_the_patient_had() -> None:
    visit, medicare = asked_late()
    patient_pays(visit, 5_000)
    report = Payer("Medigap", "2222").pays(second(visit, "OA-23 50, PR-1 15"))
    assert dispositions(report) == ["posted"]
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_paid, after.credit) == (
        Money(6_500),
        Money(1_500),
        Money(3_500),
    )
    assert (after.patient_due, after.insurance_due, after.held) == (ZERO, ZERO, False)
    # The first plan takes it back: both shares go back, and the correction passes on by itself.
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    assert dispositions(medicare.pays(negated(first))) == ["posted"]
    between = bill(visit.id)
    assert (between.patient_due, between.credit, between.held) == (ZERO, Money(5_000), True)


def test_STMT_2_a_late_answer_that_cannot_post_leaves_the_share_where_it_was() -> None:
    visit, _ = asked_late()
    report = Payer("Medigap", "2222").pays(second(visit, "OA-23 20, PR-1 15"))  # pays 65 of 50
    assert dispositions(report) == ["held"]
    assert (bill(visit.id).patient_due, bill(visit.id).insurance_due) == (Money(5_000), ZERO)


def test_OPS_8_what_waits_for_a_review_goes_to_the_late_plan_too() -> None:
    visit, _ = asked_late("CO-45 20, PR-96 50")
    assert [item.kind for item in work()] == ["review"]
    Payer("Medigap", "2222").pays(second(visit, "OA-23 50"))
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due, after.insurance_due) == (Money(8_000), ZERO, ZERO)
    assert (after.under_review, work()) == (ZERO, [])


def test_STMT_23_medicaid_asked_late_leaves_nothing_and_gives_back_what_was_paid() -> None:
    visit, _ = asked_late()
    patient_pays(visit, 5_000)
    Payer("Medigap", "2222").pays(second(visit, "CO-45 90", filing_code="MC"))
    after = bill(visit.id)
    assert (after.patient_due, after.credit, after.patient_paid) == (ZERO, Money(5_000), ZERO)
    assert [(item.kind, item.amount) for item in work()] == [("refund", Money(5_000))]


def test_STMT_1_one_payer_may_insure_a_patient_twice() -> None:
    with book() as found:
        found.practice()
        visit, charges, _, payer = found.insured_visit([10_000])
        found.claim(visit, charges, payer, "S")
    acme = Payer()
    acme.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    assert bill(visit.id).patient_due == ZERO
    assert dispositions(acme.pays(second(visit, "OA-23 50, PR-1 10"))) == ["posted"]
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due, after.held) == (Money(7_000), Money(1_000), False)


def copay_at_the_desk(visit: Visit, cents: int) -> None:
    entry = entries.receipt(
        source_ref=f"receipt:{visit.id}",
        occurred_on=SERVICE_ON,
        amount=Money(cents),
        party=party_of(visit),
    )
    with book() as found:
        post_entry(found.session, entry)


def qmb_by_contacts(visit: Visit) -> None:
    with book() as found:
        found.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                patient_id=visit.patient_id,
                kind="medicaid_qmb",
                since=NOW,
                source="contacts:1",
            )
        )


def test_STMT_23_a_copay_of_a_qmb_patient_is_refunded_though_it_settled_nothing() -> None:
    visit = insured(10_000)
    copay_at_the_desk(visit, 2_500)
    said = svc("99213", 100, "CO-45 30, PR-3 25")
    Payer().pays(clp(visit.control_number, said, remarks=("N781",)))
    assert bill(visit.id).credit == Money(2_500)
    found = [(item.kind, item.amount) for item in work()]
    assert found == [("bill_next", Money(2_500)), ("refund", Money(2_500))]
    assert note_refunds(on=ON, now=NOW) == 1
    assert len(work("refund")) == 1  # the same fact, found again


def test_STMT_23_qmb_told_by_the_contacts_file_never_owes() -> None:
    visit = insured(10_000)
    qmb_by_contacts(visit)
    copay_at_the_desk(visit, 2_500)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 30, PR-3 25")))
    after = bill(visit.id)
    assert (after.patient_due, after.insurance_due) == (ZERO, Money(2_500))
    assert [item.kind for item in work()] == ["bill_next", "refund"]


def test_STMT_23_medicaid_learned_of_after_the_patient_paid_asks_for_the_refund() -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    patient_pays(visit, 5_000)
    assert note_refunds(on=ON, now=NOW) == 0
    qmb_by_contacts(visit)
    assert note_refunds(on=ON, now=NOW) == 1
    [item] = work("refund")
    assert (item.amount, item.visit_id) == (Money(5_000), visit.id)


def test_a_reversal_by_a_payer_that_never_decided_is_held() -> None:
    visit = insured(10_000)
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    Payer().pays(first)
    taking = Payer("Stranger Plan", "7777")
    assert dispositions(taking.pays(negated(first))) == ["held"]
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(3_000), Money(5_000))


def test_a_payer_that_we_know_by_nothing_but_its_decision_may_take_it_back() -> None:
    visit, stranger = insured(10_000), Payer("Acme Of Elsewhere", "7777")
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    assert dispositions(stranger.pays(first)) == ["posted"]
    assert dispositions(stranger.pays(negated(first))) == ["posted"]
    assert bill(visit.id).insurance_due == Money(10_000)


def test_OPS_9_an_undated_set_under_a_posted_number_is_a_changed_resend() -> None:
    visit, payer = insured(10_000), Payer()
    said = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    payer.pays(said, issued_on=None, trace="T1")
    again = payer.pays(said, issued_on=None, trace="T1", plbs=[plb("L6", -1)])
    assert [one.status for one in again.sets] == ["held"]
    assert total(Account.PAYER_CLEARING) == 8_000


def test_STMT_21_a_receipt_on_account_that_is_taken_back_opens_the_line_again() -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    owner = visit.guarantor_account_id
    for reference, cents, due in (("r1", 2_500, 2_500), ("r1-back", -2_500, 5_000)):
        with book() as found:
            entry = entries.receipt(
                source_ref=reference,
                occurred_on=ON,
                amount=Money(cents),
                party=Party(guarantor_account_id=owner, reference=reference),
            )
            post_entry(found.session, entry)
            apply_credit(found.session, guarantor_account_ids={owner}, on=ON, source=reference)
        assert (bill(visit.id).patient_due, bill(visit.id).credit) == (Money(due), ZERO)
    assert total(Account.PATIENT_CREDIT) == 0
    assert verify_ledger().ok


def test_OPS_8_a_review_ends_when_the_plan_before_takes_its_decision_back() -> None:
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit([10_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    medicare = Payer("Medicare", "1111")
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    medicare.pays(first)
    Payer("Medigap", "2222").pays(second(visit, "OA-23 50, PR-96 50"))
    [item] = work("review")
    medicare.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    after = bill(visit.id)
    assert (after.patient_due, after.under_review, work("review")) == (ZERO, ZERO, [])
    assert [(i.kind, i.amount) for i in work()] == [("bill_next", Money(5_000))]
    with pytest.raises(NothingToReview):
        decide_review(
            remittance_claim_id=item.remittance_claim_id,
            bill_patient=True,
            note="",
            staff=staff(),
            on=ON,
            now=NOW,
        )


def test_STMT_5_work_about_a_decision_ends_with_it() -> None:
    visit, payer = insured(10_000), Payer()
    wrong = clp(
        visit.control_number, svc("99213", 100, "PR-1 20"), patient_responsibility_cents=100
    )
    payer.pays(wrong)
    assert bill(visit.id).held
    payer.pays(negated(wrong), clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    assert (bill(visit.id).due_now, work()) == (Money(2_000), [])


def test_CORE_4_what_a_reversal_put_back_is_not_put_back_by_staff_again() -> None:
    visit, payer = insured(10_000), Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    adjusted = staff_takes_off(visit, 5_000)
    payer.pays(negated(first))
    with pytest.raises(ReversalRefused, match="put back"):
        reverse_adjustment(
            entry_id=adjusted.entry_id,
            account_id=visit.guarantor_account_id,
            reason="not entitled",
            staff=replace(staff(), role="manager"),
            on=ON,
            now=NOW,
        )
    assert (bill(visit.id).patient_due, bill(visit.id).written_off) == (ZERO, ZERO)
