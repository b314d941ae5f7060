"""What no rule may bill by itself waits for a person, who bills it or takes it off (OPS-8)."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.adjustments import AdjustmentKind, AdjustmentRefused, OverLimit
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.claims import Charge, Visit
from portal.models.work import WorkItem
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import adjust_balance
from portal.services.decide_review import NothingOpen, NothingToReview, decide_review
from portal.services.refusal import NotFound
from portal.services.settle_reviews import settle_reviews
from tests.conftest import NOW
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    negated,
    rows,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")
SAID = ("99213", 200, "PR-96 100, PR-1 50")


def biller() -> StaffViewer:
    return replace(staff(), role="biller", permissions=ROLES["biller"])


def waiting(said: tuple[str, int, str] = SAID) -> tuple[Visit, Payer, int]:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([said[1] * 100])
    payer = Payer()
    payer.pays(clp(visit.control_number, svc(*said)))
    with read_only() as session:
        return visit, payer, rows(session)[0].id


def reviewed(*, bill_patient: bool) -> tuple[Visit, Payer, int]:
    visit, payer, row = waiting()
    decide(row, bill_patient=bill_patient)
    return visit, payer, row


def decide(row: int, *, bill_patient: bool, who: StaffViewer | None = None) -> None:
    decide_review(
        remittance_claim_id=row,
        bill_patient=bill_patient,
        note="the plan confirmed it",
        staff=who or biller(),
        on=ON,
        now=NOW,
    )
    proof = verify_ledger()
    assert proof.ok, proof.to_json()


def test_OPS_8_a_confirmed_share_is_billed() -> None:
    visit, _, row = reviewed(bill_patient=True)
    after = bill(visit.id)
    assert (after.due_now, after.under_review, after.insurance_due) == (
        Money(15_000),
        ZERO,
        ZERO,
    )
    assert work("review") == []
    with pytest.raises(NothingToReview):
        decide(row, bill_patient=True)


def test_a_share_that_is_not_billed_is_ours() -> None:
    visit, _, _ = reviewed(bill_patient=False)
    after = bill(visit.id)
    assert (after.due_now, after.written_off) == (Money(5_000), Money(10_000))


@pytest.mark.parametrize("bill_patient", [True, False])
def test_a_reversal_takes_the_reviewed_share_back_too(bill_patient: bool) -> None:
    visit, payer, row = reviewed(bill_patient=bill_patient)
    payer.pays(negated(clp(visit.control_number, svc(*SAID))))
    after = bill(visit.id)
    assert (after.patient_due, after.written_off, after.insurance_due) == (
        ZERO,
        ZERO,
        Money(20_000),
    )
    assert total(Account.PATIENT_CREDIT) == 0
    with pytest.raises(NotFound):
        decide(row, bill_patient=True)


@pytest.mark.parametrize("bill_patient", [True, False])
def test_OPS_8_what_the_plan_owes_no_more_is_neither_billed_nor_taken_off(
    bill_patient: bool,
) -> None:
    visit, _, row = waiting()
    with read_only() as session:
        charge_id = session.scalars(select(Charge.id)).one()
    adjust_balance(
        form_id=uuid4(),
        account_id=visit.guarantor_account_id,
        charge_id=charge_id,
        kind=AdjustmentKind.PLAN_FILED_LATE,
        amount=Money(4_000),
        reason="Sent after the limit",
        carc="29",
        staff=biller(),
        on=ON,
        now=NOW,
    )
    with pytest.raises(NothingOpen, match=r"\$100.00 is in review .* owes \$60.00"):
        decide(row, bill_patient=bill_patient)
    assert total(Account.INSURANCE_RECEIVABLE) == 60_00
    assert bill(visit.id).due_now == Money(50_00)


def taken_off_by_hand(visit: Visit, cents: int) -> None:
    with read_only() as session:
        charge_id = session.scalars(select(Charge.id)).one()
    adjust_balance(
        form_id=uuid4(),
        account_id=visit.guarantor_account_id,
        charge_id=charge_id,
        kind=AdjustmentKind.PLAN_FILED_LATE,
        amount=Money(cents),
        reason="Sent after the limit",
        carc="29",
        staff=replace(biller(), role="manager", permissions=ROLES["manager"]),
        on=ON,
        now=NOW,
    )


def settled(visit: Visit) -> WorkItem:
    """Closed by the system, nobody owes more, and nothing is held for it."""
    with read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "review")).one()
    assert (item.closed_at, item.closed_by_id, item.outcome) == (NOW, None, "nothing_open")
    after = bill(visit.id)
    assert (after.under_review, after.insurance_due, after.due_now) == (ZERO, ZERO, Money(50_00))
    return item


@pytest.mark.parametrize("bill_patient", [True, False])
def test_OPS_8_a_review_of_which_nothing_is_open_closes_itself_when_it_is_pressed(
    bill_patient: bool,
) -> None:
    visit, _, row = waiting()
    taken_off_by_hand(visit, 100_00)
    with pytest.raises(NothingOpen, match="closed now"):
        decide(row, bill_patient=bill_patient)
    settled(visit)
    with pytest.raises(NothingToReview):
        decide(row, bill_patient=bill_patient)


def test_OPS_8_the_daily_run_closes_reviews_of_which_nothing_is_open_and_no_other() -> None:
    visit, _, _ = waiting()
    assert settle_reviews(now=NOW) == 0
    taken_off_by_hand(visit, 99_99)
    assert settle_reviews(now=NOW) == 0, "a cent is for a person"
    assert work("review") != []
    taken_off_by_hand(visit, 1)
    assert settle_reviews(now=NOW) == 1
    settled(visit)
    assert settle_reviews(now=NOW) == 0


def test_OPS_13_whoever_posts_payments_bills_a_share_and_takes_none_off() -> None:
    _, _, row = waiting()
    with pytest.raises(AdjustmentRefused, match="takes nothing off"):
        decide(row, bill_patient=False, who=staff())
    decide(row, bill_patient=True, who=staff())


def test_OPS_23_taking_a_share_off_keeps_to_the_limit_of_the_role() -> None:
    visit, _, row = waiting(("99213", 200, "PR-96 150"))
    with pytest.raises(OverLimit, match=r"goes up to \$100.00 in your role"):
        decide(row, bill_patient=False)
    manager = replace(biller(), role="manager", permissions=ROLES["manager"])
    decide(row, bill_patient=False, who=manager)
    assert bill(visit.id).written_off == Money(150_00)
