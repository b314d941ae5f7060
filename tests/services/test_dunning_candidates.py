"""The queries that choose accounts for the calendar leave out nobody whose step is due: against a look at every account (STMT-10)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import db
from portal.models.accounts import GuarantorAccount
from portal.models.gate import DunningStep
from portal.queries.dunning_candidates import dunning_candidates
from portal.queries.gate_facts import gate_facts
from portal.services import walk_dunning as module
from portal.services.prove_step import ProofKind
from tests.proof.collect_run import laid
from tests.services.gate_world import prove
from tests.services.statement_world import (
    DAY,
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


def chosen(days: int) -> bool:
    with db.read_only() as session:
        return bool(dunning_candidates(session, after(days)))


def found(w, bill, *steps: module.Step) -> None:
    for step in steps:
        w.add(
            DunningStep(
                guarantor_account_id=bill[0].guarantor_account_id,
                step=step.value,
                started_on=DAY,
                due_on=DAY,
                found_at=noon(DAY),
            )
        )


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
