"""Who owes may change by a person's word only under a rule, and no CO, OA or PI ever becomes a patient's."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import ZERO, Money
from billing.transfers import TransferRefused, TransferRule, What
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.claims import Claim, Visit
from portal.models.identity import Login
from portal.models.ledger import JournalEntry
from portal.queries.permissions import ROLES
from portal.queries.staff_adjustments import transfer_page
from portal.queries.viewer import StaffViewer
from portal.services.decide_review import NothingToReview
from portal.services.reverse_adjustment import ReversalRefused, reverse_adjustment
from portal.services.split_held import split_held
from portal.services.take_item import Turn
from portal.services.transfer_share import TransferWish, transfer_share
from tests.conftest import NOW
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    insured,
    negated,
    rows,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.staff_world import add_staff

pytestmark = pytest.mark.usefixtures("database_url")


def move(
    what: What, id_: int, rule: TransferRule, document: str = "", form: UUID | None = None
) -> Money:
    moved = transfer_share(
        form_id=form or uuid4(),
        wish=TransferWish(what=what, id=id_, rule=rule, reason="Told by phone", document=document),
        staff=biller(),
        on=ON,
        now=NOW,
    )
    proof = verify_ledger()
    assert proof.ok, proof.to_json()
    return moved


def biller() -> StaffViewer:
    """One member of staff for a whole test."""
    with read_only() as session:
        known = session.scalar(select(Login.id).where(Login.email == "biller@example.com"))
    return StaffViewer(known, "biller", ROLES["biller"]) if known else add_staff("biller")


def decided(reasons: str) -> tuple[Visit, Payer, int, str]:
    """A visit of $200 on which the plan answered so; its decision and control number."""
    visit = insured(200_00)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 200, reasons)))
    with read_only() as session:
        return visit, payer, rows(session)[0].id, visit.control_number


def claim() -> Claim:
    with read_only() as session:
        return session.scalars(select(Claim)).one()


def take_back(visit: Visit) -> None:
    with read_only() as session:
        entry = session.scalars(
            select(JournalEntry.id).where(
                JournalEntry.kind == "patient_share", JournalEntry.source_ref.like("staff:%")
            )
        ).one()
    reverse_adjustment(
        entry_id=entry,
        account_id=visit.guarantor_account_id,
        reason="A mistake",
        staff=biller(),
        on=ON,
        now=NOW,
    )
    proof = verify_ledger()
    assert proof.ok, proof.to_json()


@pytest.mark.parametrize("group", ["CO", "OA", "PI"])
def test_STMT_2_no_rule_moves_what_a_plan_kept_from_the_patient(group: str) -> None:
    visit, _, decision, _ = decided(f"{group}-50 200")
    page = transfer_page(visit.id)
    assert page is not None
    assert page.movable == ()
    for rule, what, id_, error in (
        (TransferRule.WAIVER_SIGNED, What.REVIEWED, decision, NothingToReview),
        (TransferRule.COVERAGE_ENDED, What.UNDECIDED, claim().id, TransferRefused),
        (TransferRule.SELF_PAY, What.UNDECIDED, claim().id, TransferRefused),
        (TransferRule.DECIDED_WRONGLY, What.AGAIN, decision, TransferRefused),
    ):
        with pytest.raises(error):
            move(what, id_, rule, document="ABN 12")
    assert total(Account.PATIENT_RECEIVABLE) == 0
    assert bill(visit.id).insurance_due == Money(200_00)


def test_STMT_24_PR_50_needs_the_signed_paper() -> None:
    visit, _, decision, _ = decided("PR-50 200")
    with pytest.raises(TransferRefused, match="signed ABN"):
        move(What.REVIEWED, decision, TransferRule.PR_REVIEWED)
    with pytest.raises(TransferRefused, match="Name the paper"):
        move(What.REVIEWED, decision, TransferRule.WAIVER_SIGNED)
    assert move(What.REVIEWED, decision, TransferRule.WAIVER_SIGNED, "ABN 12") == Money(200_00)
    assert bill(visit.id).due_now == Money(200_00)
    with read_only() as session:
        memo = session.scalars(
            select(JournalEntry.memo).where(JournalEntry.source_ref.like("review:%"))
        ).one()
    assert memo is not None
    assert memo.endswith("(STMT-24): Told by phone; paper: ABN 12")


def test_OPS_8_a_checked_share_goes_the_way_that_reviews_go() -> None:
    visit, _, decision, _ = decided("PR-96 100, CO-45 100")
    assert move(What.REVIEWED, decision, TransferRule.PR_REVIEWED) == Money(100_00)
    assert (bill(visit.id).due_now, work("review")) == (Money(100_00), [])


def test_NSA_1_an_undecided_claim_becomes_the_patients_whole_and_back() -> None:
    visit = insured(200_00)
    form = uuid4()
    for _ in range(2):  # a double click
        moved = move(What.UNDECIDED, claim().id, TransferRule.SELF_PAY, "Election of Mar 1", form)
        assert moved == Money(200_00)
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due, claim().state) == (Money(200_00), ZERO, "void")
    take_back(visit)
    back = bill(visit.id)
    assert (back.patient_due, back.insurance_due, claim().state) == (ZERO, Money(200_00), "open")


def test_NSA_1_a_plan_that_answers_after_all_bills_nobody() -> None:
    visit = insured(200_00)
    move(What.UNDECIDED, claim().id, TransferRule.COVERAGE_ENDED, "Letter of Feb 3")
    Payer().pays(clp(visit.control_number, svc("99213", 200, "CO-45 50, PR-1 30")))
    assert bill(visit.id).patient_due == Money(200_00)
    assert total(Account.PAYER_SUSPENSE) == -120_00  # a person decides where the plan's money goes
    assert verify_ledger().ok


def test_STMT_23_nothing_becomes_the_patients_under_medicaid() -> None:
    visit = insured(200_00)
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                visit_id=visit.id,
                kind="medicaid_qmb",
                since=NOW,
                source="staff:1",
            )
        )
    with pytest.raises(TransferRefused, match="STMT-23"):
        move(What.UNDECIDED, claim().id, TransferRule.SELF_PAY, "Election")


def test_STMT_1_a_share_goes_back_to_its_plan_until_it_decides_again() -> None:
    visit, payer, decision, number = decided("CO-45 50, PR-1 30")
    assert bill(visit.id).due_now == Money(30_00)
    assert move(What.AGAIN, decision, TransferRule.DECIDED_WRONGLY) == Money(30_00)
    waits = bill(visit.id)
    assert (waits.patient_due, waits.insurance_due, waits.held) == (ZERO, Money(30_00), True)
    assert [item.next_step for item in work("reversal")] != []
    with pytest.raises(TransferRefused, match="stands no more"):
        move(What.AGAIN, decision, TransferRule.DECIDED_WRONGLY)
    first = clp(number, svc("99213", 200, "CO-45 50, PR-1 30"))
    payer.pays(negated(first))
    payer.pays(clp(number, svc("99213", 200, "CO-45 50, PR-1 10")))
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due, work("reversal")) == (Money(10_00), ZERO, [])
    assert verify_ledger().ok


def test_STMT_1_asking_the_plan_again_is_taken_back() -> None:
    visit, _, decision, _ = decided("CO-45 50, PR-1 30")
    move(What.AGAIN, decision, TransferRule.COVERAGE_FOUND)
    take_back(visit)
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due, work("reversal")) == (Money(30_00), ZERO, [])
    with pytest.raises(ReversalRefused):
        reverse_adjustment(
            entry_id=uuid_of_charge(),
            account_id=visit.guarantor_account_id,
            reason="no",
            staff=biller(),
            on=ON,
            now=NOW,
        )


def uuid_of_charge() -> UUID:
    with read_only() as session:
        return session.scalars(select(JournalEntry.id).where(JournalEntry.kind == "charge")).one()


def test_STMT_2_a_claim_that_a_plan_answered_in_part_stays_with_it() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([100_00, 60_00])
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-50 100")))
    assert claim().state == "open"
    with pytest.raises(TransferRefused, match="has answered"):
        move(What.UNDECIDED, claim().id, TransferRule.COVERAGE_ENDED, "Letter of Feb 3")
    assert total(Account.PATIENT_RECEIVABLE) == 0


def test_STMT_2_a_claim_that_got_its_plans_money_by_a_split_stays_with_it() -> None:
    visit, biller_ = insured(200_00), biller()
    Payer().pays(clp("NOBODY", svc("99213", 120, "")))
    [item] = work()
    split_held(
        item_id=item.id,
        parts={claim().id: Money(120_00)},
        rest=None,
        note="The payer said so",
        staff=biller_,
        on=ON,
        now=NOW,
        turn=Turn(uuid4(), 0),
    )
    page = transfer_page(visit.id)
    assert page is not None
    assert page.movable == ()
    with pytest.raises(TransferRefused, match="has answered"):
        move(What.UNDECIDED, claim().id, TransferRule.COVERAGE_ENDED, "Letter of Feb 3")
    assert total(Account.PATIENT_RECEIVABLE) == 0
