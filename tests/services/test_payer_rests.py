"""What a plan left of a bill that is too little to ask for: let go in the approved batch, taken back, never the patient's (OPS-19)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from billing.bad_debt import Basis, BillState
from billing.denial_states import DenialState
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.models.remittances import RemittanceClaim
from portal.queries.bad_debt_page import bad_debt_page, batch_page
from portal.queries.ledger_proof import verify_ledger
from portal.queries.viewer import StaffViewer
from portal.services.approve_bad_debt import approve_bad_debt, decline_bad_debt
from portal.services.post_remittance import post_remittance
from portal.services.propose_small_balances import Proposed, propose_small_balances
from portal.services.release_held import release_held
from portal.services.reverse_bad_debt import reverse_bad_debt
from tests.conftest import NOW
from tests.services.agency_world import Memory
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    insured,
    negated,
    staff,
    svc,
    total,
    work,
)
from tests.services.staff_world import add_staff
from tests.services.statement_world import content, cut, noon

pytestmark = pytest.mark.usefixtures("database_url")
DAY_60 = date(2026, 2, 20) + timedelta(days=60)  # since the plan decided
NOTHING = Proposed(0, ZERO)


def left(dollars: float = 3.0, share: float = 20.0) -> Visit:
    """A visit of $100: its plan paid most, took $15 off, and refused the rest."""
    visit = insured(100_00)
    Payer().pays(decided(visit, dollars, share))
    return visit


def decided(visit: Visit, dollars: float, share: float = 20.0):
    said = f"CO-45 15, CO-197 {dollars}, PR-1 {share}"
    return clp(visit.control_number, svc("99213", 100, said))


def proposed(on: date = DAY_60) -> Proposed:
    return propose_small_balances(on=on, now=noon(on))


def batch() -> BadDebtBatch:
    with read_only() as session:
        return session.scalars(select(BadDebtBatch).order_by(BadDebtBatch.prepared_at)).all()[-1]


def rests() -> list[BadDebtBill]:
    with read_only() as session:
        return list(
            session.scalars(
                select(BadDebtBill)
                .where(BadDebtBill.basis == Basis.PAYER_REST.value)
                .order_by(BadDebtBill.id)
            )
        )


def denial() -> Denial:
    with read_only() as session:
        return session.scalars(select(Denial)).one()


_BOSSES = count(1)


def boss() -> StaffViewer:
    """Somebody who may sign."""
    return add_staff("manager", email=f"boss{next(_BOSSES)}@example.com")


def approve(on: date = DAY_60) -> int:
    return approve_bad_debt(batch_id=batch().id, staff=boss(), on=on, now=noon(on))


def take_back(on: date = DAY_60, **which: int) -> int:
    return reverse_bad_debt(
        batch_id=batch().id,
        reason="The plan pays it after all",
        staff=boss(),
        on=on,
        now=noon(on),
        **which,
    )


def proven() -> bool:
    proof = verify_ledger()
    assert proof.ok, list(proof.lines())
    return True


def test_OPS_19_what_a_plan_left_goes_in_the_batch_and_comes_back() -> None:
    visit = left(3.0)
    assert bill(visit.id).insurance_due == Money(300)
    assert proposed(DAY_60 - timedelta(days=1)) == NOTHING
    assert proposed() == Proposed(0, Money(300), 1)
    [item] = work("small_balance")
    assert item.reasons == ["0 small balances to let go, and what plans left of 1 bills"]
    assert proposed() == NOTHING, "one waits"
    page = batch_page(batch().id)
    assert page is not None
    assert [(one.amount, one.basis) for one in page.bills] == [
        (Money(300), "A plan left it, and it was quiet for 60 days")
    ]
    assert approve() == 1
    assert approve() == 0, "twice is once"
    now_is = bill(visit.id)
    assert (now_is.insurance_due, now_is.patient_due, now_is.written_off) == (
        ZERO,
        Money(20_00),
        Money(300),
    )
    assert denial().state == DenialState.WRITTEN_OFF
    assert bad_debt_page().batches[0].left == Money(300)
    assert proven()
    assert take_back() == 1
    assert take_back() == 0
    assert bill(visit.id).insurance_due == Money(300)
    assert total(Account.SMALL_BALANCE) == 0
    assert denial().state == DenialState.WORKING
    assert [item.kind for item in work("denial")] == ["denial"]
    assert bad_debt_page().batches[0].left == ZERO
    assert proven()


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [(5.00, Proposed(0, Money(500), 1)), (5.01, NOTHING), (0.01, Proposed(0, Money(1), 1))],
)
def test_OPS_19_at_most_five_dollars(dollars: float, expected: Proposed) -> None:
    left(dollars)
    assert proposed() == expected


def test_OPS_6_what_somebody_works_on_is_kept_back_with_its_rule() -> None:
    with book() as found:
        found.practice()
        first, _, _, payer = found.insured_visit([100_00])
        other, charges = found.visit(found.patient(found.account()), [100_00])
        found.claim(other, charges, payer)
    visits = [first, other]
    Payer().pays(*(decided(visit, 3.0) for visit in visits))
    with transaction() as session:
        sent_again = session.scalars(select(Denial).order_by(Denial.id)).all()[0]
        sent_again.state = DenialState.CORRECTED.value
    assert proposed() == Proposed(0, Money(300), 1)
    assert [(one.state, one.rule_ids) for one in rests()] == [
        (BillState.WAITING, []),
        (BillState.DENIED, ["OPS-6"]),
    ]
    page = batch_page(batch().id)
    assert page is not None
    assert page.denied[0].rules == "Still missing: the end of a denial that is in hand (OPS-6)"
    assert approve() == 1
    assert [bill(visit.id).insurance_due for visit in visits] == [Money(300), ZERO]


def test_STMT_1_a_claim_that_is_not_answered_is_kept_back() -> None:
    visit = left()
    with transaction() as session:
        session.scalars(select(Claim).where(Claim.visit_id == visit.id)).one().state = "open"
    assert proposed() == NOTHING


def test_OPS_19_what_changed_since_is_left_with_the_reason() -> None:
    visit = left(3.0)
    proposed()
    Payer(sent=5).pays(
        negated(decided(visit, 3.0)),
        clp(visit.control_number, svc("99213", 100, "CO-45 15, CO-197 2, PR-1 20")),
    )
    assert approve() == 0
    [row] = rests()
    assert (row.state, row.why) == (BillState.REFUSED, "the bill changed since it was proposed")
    assert bill(visit.id).insurance_due == Money(200)


def test_OPS_19_a_declined_rest_is_not_proposed_again_for_a_month() -> None:
    left()
    proposed()
    decline_bad_debt(batch_id=batch().id, reason="We ask the plan", staff=boss(), now=noon(DAY_60))
    assert proposed(DAY_60 + timedelta(days=29)) == NOTHING
    assert proposed(DAY_60 + timedelta(days=31)) == Proposed(0, Money(300), 1)


def test_STMT_4_a_plan_that_decides_again_after_it_was_let_go_waits_for_a_person() -> None:
    """Its decision does not fit what is open any more: held, and released once the rest is taken back."""
    visit = left(3.0)
    proposed()
    approve()
    shelf = Memory()
    again = Payer(sent=5).data(
        negated(decided(visit, 3.0)),
        clp(visit.control_number, svc("99213", 100, "CO-45 15, PR-1 20")),
    )
    report = post_remittance(data=again, name="again.835", now=NOW, store=shelf)
    assert dispositions(report) == ["posted", "held"]
    held = bill(visit.id)
    assert (held.patient_due, held.held) == (ZERO, True)
    assert "the decision settles $100.00 of $97.00 open on a line" in held.reasons
    assert take_back() == 1
    with read_only() as session:
        row_id = session.scalars(
            select(RemittanceClaim.id).where(RemittanceClaim.disposition == "held")
        ).one()
    release_held(
        remittance_claim_id=row_id,
        note="The rest that was let go is back",
        staff=staff(),
        store=shelf,
        now=noon(DAY_60),
    )
    now_is = bill(visit.id)
    assert (now_is.insurance_due, now_is.patient_due, now_is.plan_paid) == (
        ZERO,
        Money(20_00),
        Money(65_00),
    )
    assert proven()


def test_OPS_19_two_who_approve_at_once_let_it_go_once() -> None:
    visit = left()
    proposed()
    bosses = [boss(), boss()]

    def press(who: StaffViewer) -> int:
        return approve_bad_debt(batch_id=batch().id, staff=who, on=DAY_60, now=noon(DAY_60))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, bosses)) == [0, 1]
    assert total(Account.SMALL_BALANCE, visit_id=visit.id) == 300
    assert proven()


def test_STMT_4_a_statement_after_it_counts_the_rest_with_what_is_ours_to_bear() -> None:
    visit = left(3.0)
    proposed()
    approve()
    with transaction() as session:
        account = session.get_one(GuarantorAccount, visit.guarantor_account_id)
        account.street, account.city = "1 Invented Street", "Sampletown"
        account.state, account.postal_code = "NY", "10001"
    cut(DAY_60)
    said = content()
    [line] = [line for one in said.visits for line in one.lines]
    assert (line.owe, line.provider_responsibility) == (Money(20_00), Money(300))
    assert said.amount_due == Money(20_00)
    assert bill(visit.id).patient_due == Money(20_00)
