"""The query that chooses accounts leaves out nobody whose statement is due: against a look at every account."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from billing import entries
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money
from billing.transitions import ClaimState
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.statements import Statement, StatementDelivery
from portal.queries.balances import balances
from portal.queries.settings import settings_on
from portal.queries.statement_build import draft
from portal.queries.statement_facts import last_statements, statement_facts
from portal.services import cut_statements as run
from portal.services.first_statement import start_clocks
from portal.services.move_visits import Move, move_visits
from tests.services.statement_world import DAY, World, cut, later, noon, party_of, world

pytestmark = pytest.mark.usefixtures("database_url")

DAYS = 130
HOLDS = ("disputed", "do_not_contact", "bankruptcy", "attorney")


def due(on) -> set[int]:
    """Whose statement is due, told from everything of every account."""
    with db.read_only() as session:
        cut_today = set(
            session.scalars(select(Statement.guarantor_account_id).where(Statement.cycle_on == on))
        )
        everybody = set(session.scalars(select(GuarantorAccount.id))) - cut_today
        facts = statement_facts(session, account_ids=everybody, on=on)
        drafts = [
            draft(facts, a, on=on, public_url="http://localhost:8000") for a in facts.balances
        ]
        return {d.account_id for d in drafts if run._is_due(d, facts, on)}


def send(on) -> None:
    """What was cut today arrives."""
    with db.transaction() as session:
        ids = session.scalars(select(Statement.id).where(Statement.cycle_on == on)).all()
        session.add_all(
            StatementDelivery(statement_id=i, channel="paper", delivered_on=on) for i in ids
        )
        start_clocks(session, ids, on)


class Days:
    """What happens to a few accounts."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.bills = world(lambda w: [w.owed(c) for c in (150, 900, 5000, 12000, 25_00, 80_00)])
        self.happened: set[str] = set()

    def pass_(self, on) -> None:
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            what = self.dice.choice(("pay", "overpay", "more", "hold", "free", "anew", "back"))
            index = self.dice.randrange(len(self.bills))
            later(lambda w, what=what, index=index: getattr(self, what)(w, index, on))
            self.happened.add(what)

    def pay(self, w: World, index: int, on) -> None:
        w.pay(self.bills[index], self.dice.choice((100, 500, 2500)), on=on)

    def overpay(self, w: World, index: int, on) -> None:
        overpay(w, self.bills[index], on)

    def more(self, w: World, index: int, on) -> None:
        account = w.session.get_one(GuarantorAccount, self.bills[index][0].guarantor_account_id)
        self.bills.append(w.owed(self.dice.choice((300, 4000)), account=account))

    def hold(self, w: World, index: int, on) -> None:
        visit = self.bills[index][0]
        kind = self.dice.choice(HOLDS)
        w.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                visit_id=self.dice.choice((visit.id, None)),
                kind=kind,
                since=noon(on),
                source="test",
            )
        )

    def free(self, w: World, index: int, on) -> None:
        for held in w.session.scalars(
            select(AccountCondition).where(AccountCondition.ended_at.is_(None))
        ):
            held.ended_at = noon(on)

    def anew(self, w: World, index: int, on) -> None:
        """A payer decides on something more of the same visit."""
        visit, charges, claim, payer = self.bills[index]
        w.decide((visit, charges, claim, payer), paid=0, share={"2": 700}, on=on, number="9")
        w.session.merge(claim).state = ClaimState.DECIDED

    def back(self, w: World, index: int, on) -> None:
        """A payer takes back what it decided, and has not decided anew."""
        visit, [charge], claim, payer = self.bills[index]
        [due] = (
            one.patient_due
            for account in balances(w.session, on=on, account_ids=[visit.guarantor_account_id])
            for its in account.visits
            for one in its.charges
            if its.visit_id == visit.id
        )
        if due > ZERO:
            legs = entries.transfer(
                due,
                debit_to=(
                    Account.INSURANCE_RECEIVABLE,
                    party_of(visit, charge, claim.id, payer.id),
                ),
                credit_to=(Account.PATIENT_RECEIVABLE, party_of(visit, charge)),
            )
            w.post(Entry("remittance_claim_reversal", f"test:back:{w.number()}", on, tuple(legs)))
            w.session.merge(claim).state = ClaimState.DECIDING_AGAIN


@pytest.mark.parametrize("seed", [1, 7])
def test_STMT_10_nobody_whose_statement_is_due_is_left_out(seed):
    days, told = Days(seed), 0
    for day in range(0, DAYS, 3):
        on = DAY + timedelta(days=day)
        days.pass_(on)
        wanted = due(on)
        made = cut(on)
        told += len(made.numbers)
        with db.read_only() as session:
            got = set(
                session.scalars(
                    select(Statement.guarantor_account_id).where(Statement.number.in_(made.numbers))
                )
            )
        assert got | set(made.held_accounts) == wanted, on
        send(on)
    assert told > 10
    assert days.happened == {"pay", "overpay", "more", "hold", "free", "anew", "back"}


def overpay(w: World, bill, on) -> None:
    """Money that no bill asked for."""
    visit = bill[0]
    party = Party(guarantor_account_id=visit.guarantor_account_id, visit_id=visit.id)
    ref = f"test:receipt:{w.number()}"
    w.post(entries.receipt(source_ref=ref, occurred_on=on, amount=Money(3000), party=party))


def stated(on) -> None:
    """Its statement is cut on the day, and arrives."""
    assert cut(on).numbers
    send(on)


def hold(w: World, bill, kind: str) -> None:
    w.add(
        AccountCondition(
            guarantor_account_id=bill[0].guarantor_account_id,
            visit_id=bill[0].id,
            kind=kind,
            since=noon(DAY),
            source="test",
        )
    )


def two_bills(w: World):
    first = w.owed()
    account = w.session.get_one(GuarantorAccount, first[0].guarantor_account_id)
    return first, w.owed(4000, account=account)


def test_STMT_10_a_bill_that_was_held_is_told_without_a_posting():
    first, second = world(two_bills)
    later(lambda w: hold(w, second, "workers_comp"))
    stated(DAY)
    later(lambda w: w.session.execute(update(AccountCondition).values(ended_at=noon(DAY))))
    assert cut(DAY + timedelta(days=20)).numbers == ()
    assert cut(DAY + timedelta(days=22)).numbers


def test_STMT_11_a_credit_beside_a_bill_that_is_held_now_is_told_without_a_posting():
    first, second = world(two_bills)
    stated(DAY)
    later(lambda w: w.pay(first, 5000, on=DAY))
    later(lambda w: overpay(w, first, DAY))
    stated(DAY + timedelta(days=30))
    later(lambda w: hold(w, second, "workers_comp"))
    assert cut(DAY + timedelta(days=52)).numbers


def test_STMT_19_a_bill_that_moved_stays_on_the_statement_that_told_of_it():
    """Also when both accounts are read at once, and the other's statement told of it since."""
    _, moved = world(two_bills)
    left = moved[0].guarantor_account_id
    stated(DAY)
    charge, on = moved[1][0].id, DAY + timedelta(days=3)

    def move(w: World) -> int:
        patient = w.session.get_one(Patient, moved[0].patient_id)
        to = w.account().id
        move_visits(w.session, [Move(patient, to)], source="test", on=on)
        return to

    now_at = later(move)
    stated(on)
    with db.read_only() as session:
        last = last_statements(session, (left, now_at), DAY + timedelta(days=40))
        alone = last_statements(session, (left,), DAY + timedelta(days=40))
    assert last[left] == alone[left]
    assert {a: last[a].lines[charge] for a in last} == dict.fromkeys((left, now_at), Money(4000))


def read_whole(account: int, on) -> bool:
    """Whether everything that its statement would be made from is looked up."""
    with db.read_only() as session:
        return account in run._with_something_to_tell(
            session, [account], settings_on(session, on), on
        )


def test_STMT_19_what_a_payer_took_back_is_read_whole_only_once_it_decided_anew():
    days = Days(1)
    days.bills = days.bills[2:3]
    stated(DAY)
    account = days.bills[0][0].guarantor_account_id
    on = DAY + timedelta(days=5)
    later(lambda w: days.back(w, 0, on))
    assert not read_whole(account, on)
    later(lambda w: days.anew(w, 0, on))
    assert read_whole(account, on)


def test_STMT_10_who_was_asked_four_times_is_read_whole_only_for_another_bill():
    first, second = world(two_bills)
    later(lambda w: hold(w, second, "workers_comp"))
    account = first[0].guarantor_account_id
    for month in range(4):
        on = DAY + timedelta(days=30 * month)
        assert read_whole(account, on)
        stated(on)
    after = on + timedelta(days=30)
    assert not read_whole(account, after)
    later(lambda w: w.session.execute(update(AccountCondition).values(ended_at=noon(on))))
    assert read_whole(account, after)
    stated(after)
