"""The queries that choose accounts for the calendar leave out nobody whose step is due: against a look at every account (STMT-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing import entries
from billing.ledger import Account
from billing.money import Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.gate import DunningStep
from portal.models.plans import Plan
from portal.queries.dunning_candidates import dunning_candidates
from portal.queries.gate_facts import gate_facts
from portal.services import walk_dunning as module
from portal.services.prove_step import ProofKind
from tests.proof.collect_run import laid
from tests.services.gate_world import prove
from tests.services.ledger_book import party_of
from tests.services.staff_world import add_staff
from tests.services.statement_world import (
    DAY,
    World,
    after,
    cut,
    decided_anew,
    deliver,
    later,
    noon,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")

# What gives the steps another start: a plan that is lost, a payer who decides again, a further bill; and what ends it.
EVENTS = (("plan", 6), ("anew", 5), ("bill", 4), ("pay", 1), ("mail", 1), ("hold", 1), ("end", 1))


def test_STMT_10_every_account_whose_step_is_due_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = module.dunning_candidates, {"due": 0, "left out": 0}

    def beside_everybody(session, on):  # type: ignore[no-untyped-def]  # as the one that it stands for
        chosen = set(real(session, on))
        everybody = set(session.scalars(select(GuarantorAccount.id)))
        facts = gate_facts(session, on=on, account_ids=everybody)
        due = {
            account_id
            for account_id in module._fresh(session, facts, on)
            if module._started(facts[account_id]) is not None
        }
        assert due <= chosen, f"{on}: {due - chosen}"
        seen["due"] += len(due)
        seen["left out"] += sum(1 for one in facts.values() if one.episodes) - len(chosen)
        return sorted(chosen)

    monkeypatch.setattr(module, "dunning_candidates", beside_everybody)
    watch = laid(1807, size=20, home=tmp_path, rate=0.02, every=10, events=EVENTS)
    for number in range(0, 160, 10):
        watch.one(DAY + timedelta(days=number))
    assert seen["due"] > 8
    assert seen["left out"] > 50


def chosen(days: int) -> list[int]:
    with db.read_only() as session:
        return dunning_candidates(session, after(days))


def found(w, bill, *steps: module.Step, start: int = 0) -> None:
    for step in steps:
        w.add(
            DunningStep(
                guarantor_account_id=bill[0].guarantor_account_id,
                step=step.value,
                started_on=after(start),
                due_on=after(start),
                found_at=noon(DAY),
            )
        )


def told(tmp_path: Path, *days: int) -> None:
    for number in days:
        cut(after(number))
        deliver(tmp_path, after(number))


def two_bills(tmp_path: Path, younger: int = 30):
    """Of one account: one told on day 0, one told later."""
    old = world(lambda w: w.owed(5000))
    told(tmp_path, 0)
    young = later(lambda w: more_owed(w, old))
    told(tmp_path, younger)
    return old, young


def more_owed(w: World, bill, share: int = 5000):
    patient = w.session.get_one(Patient, bill[0].patient_id)
    more = w.more(patient, bill[3])
    w.decide(more, paid=13000 - share, discount=12000, share={"1": share}, number="222")
    return more


def whose(*bills) -> list[int]:
    return sorted(bill[0].guarantor_account_id for bill in bills)


def plan(w: World, bill, state: str) -> None:
    login = add_staff("biller", email=f"{state}{w.number()}@example.com").login_id
    w.add(
        Plan(
            id=uuid4(),
            guarantor_account_id=bill[0].guarantor_account_id,
            number=f"P{w.number()}",
            state=state,
            state_at=noon(DAY),
            created_at=noon(DAY),
            created_by_login_id=login,
        )
    )


def test_COLL_3_bills_that_go_together_are_looked_at_by_the_latest(tmp_path: Path) -> None:
    old, _ = two_bills(tmp_path)
    assert [days for days in (60, 89, 90, 119, 120) if chosen(days)] == [90, 119, 120]
    # What was found before the later bill was told counts for nothing since; what was found since, does.
    later(lambda w: found(w, old, *module.KINDS))
    assert chosen(90)
    later(lambda w: found(w, old, module.Step.SCREENING, start=30))
    assert [days for days in (90, 119, 120) if chosen(days)] == [120]


def test_DISP_2_an_older_bill_that_was_long_disputed_keeps_nobody_from_the_step_that_is_due(
    tmp_path: Path,
) -> None:
    old, _ = two_bills(tmp_path)
    [account_id] = whose(old)
    dispute = AccountCondition(
        guarantor_account_id=account_id,
        visit_id=old[0].id,
        kind="disputed",
        since=noon(DAY),
        ended_at=noon(after(50)),
        source="test",
    )
    later(lambda w: w.add(dispute))

    def due(days: int) -> bool:
        with db.read_only() as session:
            facts = gate_facts(session, on=after(days), account_ids=[account_id])
            return bool(module._fresh(session, facts, after(days)))

    # The older bill is the younger by its age: the screening comes sixty days after its fifty in a dispute.
    assert [days for days in (60, 89, 90, 109, 110) if due(days)] == [110]
    assert [days for days in (60, 89, 90, 109, 110) if chosen(days)] == [90, 109, 110]


def test_STMT_10_a_bill_that_was_paid_starts_and_moves_nothing(tmp_path: Path) -> None:
    old, young = two_bills(tmp_path)
    later(lambda w: w.pay(young, 5000, on=after(40)))
    assert [days for days in (59, 60) if chosen(days)] == [60]
    later(lambda w: w.pay(old, 5000, on=after(41)))
    assert not chosen(200)


def test_STMT_10_each_account_has_its_own_steps_calls_and_starts(tmp_path: Path) -> None:
    one, two, three = world(lambda w: [w.owed(5000) for _ in range(3)])
    told(tmp_path, 0)
    assert chosen(60) == whose(one, two, three)
    later(lambda w: found(w, two, module.Step.SCREENING))
    assert chosen(60) == whose(one, three)
    before = (module.Step.SCREENING, module.Step.ORAL_ATTEMPT, module.Step.FINAL_NOTICE)
    for bill, steps in ((one, before), (two, before[1:]), (three, before)):
        later(lambda w, bill=bill, steps=steps: found(w, bill, *steps))
    assert chosen(121) == []
    called, written = one[0].guarantor_account_id, two[0].guarantor_account_id
    prove(called, ProofKind.ORAL_ATTEMPT, after(90), outcome="no answer")
    prove(written, ProofKind.SCREENING, after(90), result="none")
    assert chosen(121) == whose(one)


def test_PLAN_14_a_lost_plan_gives_another_start_and_one_that_ended_otherwise_none(
    tmp_path: Path,
) -> None:
    lost, ended, paid, young = world(lambda w: [w.owed(5000) for _ in range(4)])
    told(tmp_path, 0)
    later(lambda w: w.pay(paid, 5000, on=after(1)))
    more = later(lambda w: more_owed(w, young))
    told(tmp_path, 60)
    for bill in (lost, ended, young):
        later(lambda w, bill=bill: found(w, bill, *module.KINDS))
    assert chosen(100) == []
    for bill in (lost, paid, young):
        later(lambda w, bill=bill: plan(w, bill, "defaulted"))
    later(lambda w: plan(w, ended, "canceled"))
    assert chosen(100) == whose(lost)
    assert chosen(120) == whose(lost, more)


def test_STMT_19_only_a_payers_decision_on_what_that_bill_owes_gives_another_start(
    tmp_path: Path,
) -> None:
    bill, other = world(lambda w: [w.owed(5000) for _ in range(2)])
    told(tmp_path, 0)
    for one in (bill, other):
        later(lambda w, one=one: found(w, one, *module.KINDS))
    later(lambda w: w.pay(bill, 1000, on=after(5)))
    later(lambda w: more_owed(w, bill))  # of the same account, told nowhere yet
    visit, [charge], claim, payer = bill
    party = party_of(visit, charge, claim.id, payer.id)
    moved = entries.transfer(
        Money(100),
        debit_to=(Account.PAYER_CLEARING, party),
        credit_to=(Account.INSURANCE_RECEIVABLE, party),
    )
    entry = entries.remittance_claim(source_ref="test:paid", occurred_on=after(5), legs=moved)
    later(lambda w: w.post(entry))  # pays more, and leaves the patient's share as it was
    assert chosen(100) == []
    later(lambda w: decided_anew(w, bill))
    assert chosen(100) == whose(bill)


def test_STMT_19_a_bill_that_was_raised_while_another_account_had_it_is_looked_at(
    tmp_path: Path,
) -> None:
    bill, over = world(lambda w: [w.owed(5000) for _ in range(2)])
    told(tmp_path, 0)
    later(lambda w: found(w, bill, *module.KINDS))
    theirs = later(lambda w: w.account())
    later(lambda w: raised(w, bill, of=theirs.id))
    later(lambda w: raised(w, over, of=over[0].guarantor_account_id))
    later(lambda w: w.pay(over, 5100, on=after(6)))  # raised too, but nothing is owed
    assert chosen(100) == whose(bill)


def raised(w: World, bill, *, of: int) -> None:
    visit, [charge], claim, payer = bill
    party = replace(party_of(visit, charge, claim.id, payer.id), guarantor_account_id=of)
    legs = entries.transfer(
        Money(100),
        debit_to=(Account.PATIENT_RECEIVABLE, party),
        credit_to=(Account.INSURANCE_RECEIVABLE, party),
    )
    ref = f"test:more:{w.number()}"
    w.post(entries.remittance_claim(source_ref=ref, occurred_on=after(5), legs=legs))


def test_STMT_10_an_account_is_left_out_between_its_steps(tmp_path: Path) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    assert [days for days in (59, 60, 89, 90) if chosen(days)] == [60, 89, 90]
    later(lambda w: found(w, bill, module.Step.SCREENING))
    assert [days for days in (60, 89, 90) if chosen(days)] == [90]
    later(lambda w: found(w, bill, module.Step.ORAL_ATTEMPT, module.Step.FINAL_NOTICE))
    assert not chosen(121), "nobody called: the gate does not open"
    prove(bill[0].guarantor_account_id, ProofKind.ORAL_ATTEMPT, after(92), outcome="no answer")
    assert [days for days in (90, 120, 121) if chosen(days)] == [121]
    later(lambda w: found(w, bill, module.Step.GATE_OPEN))
    assert not chosen(300)


def test_STMT_19_a_bill_that_its_payer_raised_is_looked_at(tmp_path: Path) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: found(w, bill, *module.KINDS))
    assert not chosen(100)
    later(lambda w: decided_anew(w, bill))
    assert chosen(100)
