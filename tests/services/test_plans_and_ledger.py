"""Whatever the ledger learns, a plan and the ledger agree to the cent on what is owed of its bills."""

from __future__ import annotations

import os
import random
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account, Party
from billing.money import ZERO, Money, total_of
from billing.plan_standing import PlanStanding
from billing.refunds import Source, TakenBack, Where
from billing.transitions import PlanState
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.plan_standing import plan_standing
from portal.services.move_visits import Move, move_visit, move_visits
from portal.services.post_entry import post_entry
from portal.services.tend_plans import tend_plans
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.ledger_book import Book
from tests.services.plan_world import plans, signed, standing
from tests.services.till import Till, open_till

DAY = date(2026, 3, 2)
REFS = count()


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def lines(till: Till) -> dict[int, tuple[Party, Money]]:
    """By visit: its line and what is due of it."""
    with read_only() as session:
        [account] = balances(session, on=DAY, account_ids=[till.account_id])
        return {
            visit.visit_id: (
                Party(
                    guarantor_account_id=till.account_id,
                    visit_id=visit.visit_id,
                    charge_id=visit.charges[0].charge_id,
                ),
                visit.patient_due,
            )
            for visit in account.visits
        }


def post(entry: entries.Entry) -> None:
    with transaction() as session:
        post_entry(session, entry)


def fact(on: date) -> dict[str, object]:
    return {"source_ref": f"learned:{next(REFS)}", "occurred_on": on}


def paid_on(till: Till, party: Party, amount: Money) -> Source:
    return Source(
        where=Where.PAID,
        account_id=till.account_id,
        visit_id=party.visit_id,
        charge_id=party.charge_id,
        amount=amount,
    )


def agreed(till: Till, plan_id: UUID, on: date) -> PlanStanding:
    """The plan, after looking that it and the ledger say the same."""
    due = total_of(amount for _, amount in lines(till).values())
    found = standing(plan_id, on)
    assert found.remaining + found.outside == due
    return found


def test_LIFE_every_fact_of_the_ledger_leaves_plan_and_ledger_agreed(till: Till) -> None:
    plan_id = signed(till)
    older, newer = till.visit_ids
    first, second = (lines(till)[visit_id][0] for visit_id in (older, newer))
    till.look(till.paid(till.choose("own_amount", 6_000)).payment_id)
    assert agreed(till, plan_id, DAY).paid == Money(6_000)
    on = DAY + timedelta(days=3)
    line = entries.Line(second, Money(4_000))
    post(
        entries.adjustment(
            **fact(on), account=Account.FINANCIAL_ASSISTANCE, lines=[line], memo="an award"
        )
    )
    stands = agreed(till, plan_id, on)
    assert [one.left.cents for one in stands.instalments] == [0, 3_120, 4_560, 560]
    assert stands.written_down == Money(4_000)
    # The payer takes back what it had paid: above what was signed, so it waits for consent.
    risen = entries.Line(second, Money(5_500))
    post(entries.patient_share(**fact(on), lines=[risen], memo="a reversal"))
    stands = agreed(till, plan_id, on)
    assert [one.left.cents for one in stands.instalments] == [0, 3_120, 4_560, 4_560]
    assert stands.needs_consent is not None
    assert stands.needs_consent.amount == Money(1_500)
    source = paid_on(till, first, Money(2_000))
    back = TakenBack((source,), ZERO)
    post(
        entries.refund(
            **fact(on + timedelta(days=1)), taken=back, account_id=till.account_id, memo="asked"
        )
    )
    stands = agreed(till, plan_id, on + timedelta(days=1))
    assert (stands.paid, stands.past_due) == (Money(4_000), ZERO)
    entry = entries.payment(
        **fact(on + timedelta(days=2)), lines=[entries.Line(first, Money(2_000))]
    )
    post(entry)
    assert agreed(till, plan_id, on + timedelta(days=2)).paid == Money(6_000)


def test_LIFE_any_run_of_facts_leaves_plan_and_ledger_agreed(till: Till) -> None:
    plan_id = signed(till, 4)
    seed = int(os.environ.get("KINDBILL_PLAN_SEED", "20261126"))
    print(f"KINDBILL_PLAN_SEED={seed}")
    chance, on = random.Random(seed), DAY
    paid: dict[int, int] = dict.fromkeys(till.visit_ids, 0)
    for _ in range(40):
        on += timedelta(days=chance.randrange(6))
        visit_id = chance.choice(till.visit_ids)
        party, due = lines(till)[visit_id]
        what = chance.choice(["pay", "pay", "help", "fall", "rise", "refund"])
        most = {"refund": paid[visit_id], "rise": 6_000}.get(what, due.cents)
        if not most:
            continue
        cents = chance.randint(1, most)
        line = entries.Line(party, Money(cents))
        if what == "pay":
            paid[visit_id] += cents
            post(entries.payment(**fact(on), lines=[line]))
        elif what == "refund":
            paid[visit_id] -= cents
            part = paid_on(till, party, Money(cents))
            back = TakenBack((part,), ZERO)
            post(entries.refund(**fact(on), taken=back, account_id=till.account_id, memo="t"))
        elif what == "help":
            post(
                entries.adjustment(
                    **fact(on), account=Account.FINANCIAL_ASSISTANCE, lines=[line], memo="t"
                )
            )
        else:
            signed_amount = Money(cents if what == "rise" else -cents)
            moved = entries.Line(party, signed_amount)
            post(entries.patient_share(**fact(on), lines=[moved], memo="t"))
        agreed(till, plan_id, on)


def test_PLAN_15_what_rose_above_the_signed_amounts_is_told_once(till: Till) -> None:
    plan_id = signed(till)
    party, _ = lines(till)[till.visit_ids[1]]
    line = entries.Line(party, Money(1_500))
    post(entries.patient_share(**fact(DAY), lines=[line], memo="a reversal"))
    for n in (1, 2, 3):
        tend_plans(on=DAY + timedelta(days=n), now=till.now, public_url=PUBLIC_URL)
    with read_only() as session:
        told = session.scalar(
            select(func.count()).where(WorkItem.dedupe_key.like(f"plan_paper:{plan_id}:outside%"))
        )
    assert told == 1
    assert standing(plan_id, DAY).next_amount == Money(4_560)


def test_LIFE_21_a_bill_that_goes_to_another_guarantor_leaves_the_plan(till: Till) -> None:
    plan_id = signed(till)
    older, newer = till.visit_ids
    other = _another_account()
    with transaction() as session:
        visit = session.get_one(Visit, newer)
        move_visit(session, visit, to_account_id=other, source="test", on=DAY)
    tend_plans(on=DAY, now=till.now, public_url=PUBLIC_URL)
    stands = agreed(till, plan_id, DAY)
    assert (stands.state, stands.remaining) == (PlanState.ACTIVE, Money(5_000))
    with transaction() as session:
        patient = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == till.account_id)
        ).one()
        move_visits(session, [Move(patient, other)], source="test", on=DAY + timedelta(days=1))
    for n in (3, 4):
        tend_plans(on=DAY + timedelta(days=n), now=till.now, public_url=PUBLIC_URL)
    [plan] = plans()
    assert (plan.state, plan.ended_on) == ("canceled", DAY + timedelta(days=3))
    with read_only() as session:
        assert plan_standing(session, [plan_id], DAY)[plan_id].payoff == Money(5_000)
        assert plan_standing(session, [plan_id], plan.ended_on)[plan_id].remaining == ZERO


def _another_account() -> int:
    with transaction() as session:
        account: GuarantorAccount = Book(session, counter=90).account()
        session.flush()
        return account.id
