"""A person says which of our lines a payer's line answers; it must add up, and is judged as the import judges (C-18)."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.claims import Charge, Claim, Visit
from portal.models.remittances import LineMatch
from portal.models.work import WorkAction
from portal.services.release_held import Released, ReleaseRefused, release_held
from portal.services.take_item import Turn
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    clp,
    negated,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.test_release_held import SHELF, insured, pays

pytestmark = pytest.mark.usefixtures("database_url")


def charges(visit: Visit) -> list[int]:
    with read_only() as session:
        query = select(Charge.id).where(Charge.visit_id == visit.id).order_by(Charge.line_number)
        return list(session.scalars(query))


def match(
    row: int, claim: Claim, lines: dict[int, list[int]], turn: Turn | None = None
) -> Released:
    done = release_held(
        remittance_claim_id=row,
        claim_id=claim.id,
        lines=lines,
        note="the payer uses its own code",
        staff=staff(),
        store=SHELF,
        now=NOW,
        turn=turn,
    )
    assert verify_ledger().ok
    return done


def test_C_18_a_changed_code_posts_line_by_line_once_it_is_matched() -> None:
    visit, claim = insured(10_000, 5_000)
    row = pays(
        Payer(),
        clp(
            visit.control_number,
            svc("99214", 100, "CO-45 20, PR-1 50"),
            svc("85025", 50, "CO-45 10"),
        ),
    )
    first, second = charges(visit)
    turn = Turn(uuid.uuid4(), 0)
    assert match(row, claim, {1: [first], 2: [second]}, turn).decided
    after = bill(visit.id)
    assert (after.due_now, after.plan_paid, after.plan_discount) == (
        Money(50_00),
        Money(70_00),
        Money(30_00),
    )
    assert [one.plan_paid for one in after.charges] == [Money(30_00), Money(40_00)]
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])
    assert match(row, claim, {1: [first]}, turn).decided, "the same form again is no second act"
    with read_only() as session:
        kept = session.execute(select(LineMatch.theirs, LineMatch.ours)).all()
        [action] = session.scalars(select(WorkAction))
    assert kept == [("99214", "99213"), ("85025", "85025")]
    assert action.fix["swaps"] == [["99214", "99213"]]


def test_OPS_9_lines_that_do_not_add_up_are_refused_and_nothing_moves() -> None:
    visit, claim = insured(10_000, 5_000)
    row = pays(Payer(), clp(visit.control_number, svc("X1", 70), svc("X2", 80)))
    first, second = charges(visit)
    with pytest.raises(ReleaseRefused, match=r"for our 99213 sum to \$70.00; we billed \$100.00"):
        match(row, claim, {1: [first], 2: [second]})
    with pytest.raises(ReleaseRefused, match="line 2 answers"):
        match(row, claim, {1: [first]})
    assert total(Account.PAYER_SUSPENSE) == -150_00
    assert work()[0].kind == "held_claim"


def test_one_line_of_the_payers_may_answer_several_of_ours_to_the_cent() -> None:
    visit, claim = insured(10_000, 5_001)
    row = pays(Payer(), clp(visit.control_number, svc("80053", 150.01, "CO-45 33.33, PR-1 50")))
    assert match(row, claim, {1: charges(visit)}).decided
    after = bill(visit.id)
    assert (after.plan_discount, after.due_now, after.plan_paid) == (
        Money(33_33),
        Money(50_00),
        Money(66_68),
    )
    assert after.insurance_due == Money(0)


def test_several_lines_of_the_payers_may_answer_one_of_ours() -> None:
    visit, claim = insured(10_000)
    row = pays(Payer(), clp(visit.control_number, svc("X1", 70, "CO-45 20"), svc("X2", 30)))
    [only] = charges(visit)
    assert match(row, claim, {1: [only], 2: [only]}).decided
    assert bill(visit.id).plan_paid == Money(80_00)


def test_a_reversal_is_not_matched_by_lines_and_stays_as_it_is() -> None:
    visit, claim = insured(10_000)
    row = pays(Payer(), negated(clp(visit.control_number, svc("99213", 100, "CO-45 20"))))
    with pytest.raises(ReleaseRefused, match="a reversal moves its money alone"):
        match(row, claim, {1: charges(visit)})
    assert total(Account.PAYER_SUSPENSE) == 80_00
    assert [one.kind for one in work()] == ["held_claim"]


def test_what_was_matched_by_hand_is_reversed_as_any_other_decision() -> None:
    visit, claim = insured(10_000)
    said = clp(visit.control_number, svc("99214", 100, "CO-45 20, PR-1 50"))
    payer = Payer()
    row = pays(payer, said)
    match(row, claim, {1: charges(visit)})
    pays(payer, negated(said))
    after = bill(visit.id)
    assert (after.plan_paid, after.insurance_due, after.due_now) == (
        Money(0),
        Money(100_00),
        Money(0),
    )
    assert total(Account.PAYER_SUSPENSE) == 0
    assert verify_ledger().ok
