"""What no rule may bill by itself waits for a person, who bills it or takes it off (OPS-8)."""

import pytest

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.claims import Visit
from portal.services.decide_review import NothingToReview, decide_review
from portal.services.refusal import NotFound
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


def reviewed(*, bill_patient: bool) -> tuple[Visit, Payer, int]:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([20_000])
    payer = Payer()
    payer.pays(clp(visit.control_number, svc(*SAID)))
    with read_only() as session:
        row = rows(session)[0].id
    decide(row, bill_patient=bill_patient)
    return visit, payer, row


def decide(row: int, *, bill_patient: bool) -> None:
    decide_review(
        remittance_claim_id=row,
        bill_patient=bill_patient,
        note="the plan confirmed it",
        staff=staff(),
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
