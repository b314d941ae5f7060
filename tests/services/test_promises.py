"""Promises: no money moves, nothing presses meanwhile, the ledger judges; and what was found counts after a second look."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.holds import Action, Condition, Denied
from billing.money import Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.ledger import JournalEntry
from portal.models.promises import Promise
from portal.models.work import WorkItem
from portal.queries.gate_facts import gate_facts
from portal.services.bad_address import mark_bad
from portal.services.note_promise import Promised, PromiseRefused, note_promise, withdraw_promise
from portal.services.note_trace import Found, TraceRefused, decide_trace, note_trace
from portal.services.refusal import NotFound
from portal.services.run_day import run_day
from portal.services.tend_promises import tend_promises
from tests.services.gate_world import ask, delivered, owing
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def promise(account_id: int, staff, cents: int = 50_00, days: int = 10, on=DAY, **kw) -> UUID:
    promise_id = kw.pop("promise_id", None) or uuid4()
    note_promise(
        staff=staff,
        promise_id=promise_id,
        account_id=account_id,
        promised=Promised(
            amount=Money(cents), pay_by=on + timedelta(days=days), by=kw.get("by", "Testa")
        ),
        now=noon(on),
    )
    return promise_id


def state(promise_id: UUID) -> str:
    with db.read_only() as session:
        return session.get_one(Promise, promise_id).state


def work() -> list[WorkItem]:
    with db.read_only() as session:
        return list(session.scalars(select(WorkItem).where(WorkItem.kind == "promise_broken")))


def conditions(account_id: int, on=DAY) -> frozenset[Condition]:
    with db.read_only() as session:
        return gate_facts(session, on=on, account_ids=[account_id])[account_id].all_conditions


def test_COLL_13_a_promise_holds_what_presses_moves_no_money_and_is_work_on_the_day_after() -> None:
    account_id, _ = owing()
    staff = add_staff("collections")
    with db.read_only() as session:
        before = len(session.scalars(select(JournalEntry.id)).all())
    promise_id = uuid4()
    for _ in range(2):
        promise(account_id, staff, promise_id=promise_id)
    assert Condition.PROMISED in conditions(account_id)
    answer = ask(account_id, DAY, Action.PLACEMENT)
    assert isinstance(answer, Denied)
    assert "COLL-13" in answer.rule_ids
    with db.read_only() as session:
        assert len(session.scalars(select(JournalEntry.id)).all()) == before
    assert tend_promises(on=after(10), now=noon(after(10))) == 0
    assert tend_promises(on=after(11), now=noon(after(11))) == 1
    assert tend_promises(on=after(11), now=noon(after(11))) == 0
    assert state(promise_id) == "broken"
    [item] = work()
    assert (item.amount, item.due_on) == (Money(50_00), after(11))
    assert Condition.PROMISED not in conditions(account_id, after(11))


def test_COLL_13_no_statement_leaves_before_the_day_and_the_next_run_sends_it(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    run_day(on=DAY, now=noon(DAY), office=office)
    promise(account_id, add_staff("collections"), on=after(25), days=10)
    for n in (30, 35):
        run_day(on=after(n), now=noon(after(n)), office=office)
    assert delivered() == [DAY]
    run_day(on=after(36), now=noon(after(36)), office=office)
    assert delivered() == [DAY, after(36)]
    assert len(work()) == 1


@pytest.mark.parametrize(("cents", "ended"), [(50_00, "kept"), (49_99, "open")])
def test_a_promise_is_kept_when_the_ledger_says_so(cents: int, ended: str) -> None:
    bill = world(lambda w: w.owed(200_00))
    visit = bill[0]
    account_id = visit.guarantor_account_id
    promise_id = promise(account_id, add_staff("collections"))
    later(lambda w: w.pay(bill, cents, on=after(1)))
    tend_promises(on=after(1), now=noon(after(1)))
    assert state(promise_id) == ended
    assert work() == []


def test_what_is_refused_and_what_is_taken_back() -> None:
    account_id, _ = owing()
    staff = add_staff("collections")
    for wrong in ({"cents": 200_01}, {"days": 31}, {"cents": 0}, {"by": ""}):
        with pytest.raises(PromiseRefused):
            promise(account_id, staff, **wrong)
    with pytest.raises(PromiseRefused):
        promise(account_id, add_staff("biller"))
    promise_id = promise(account_id, staff)
    with pytest.raises(PromiseRefused, match="already"):
        promise(account_id, staff)
    asked = {"staff": staff, "promise_id": promise_id, "now": noon(DAY)}
    with pytest.raises(NotFound):
        withdraw_promise(account_id=account_id, **(asked | {"promise_id": uuid4()}), reason="x")
    for _ in range(2):
        withdraw_promise(account_id=account_id, **asked, reason="They asked for a plan.")
    assert state(promise_id) == "withdrawn"
    assert Condition.PROMISED not in conditions(account_id)
    promise(account_id, staff)


NEW = Found(
    source="A newer claim",
    street="2 Invented Street",
    city="Sampletown",
    state="ny",
    postal_code="10002",
)


def unreachable(account_id: int) -> bool:
    with db.read_only() as session:
        found = session.scalars(
            select(AccountCondition.kind).where(
                AccountCondition.guarantor_account_id == account_id,
                AccountCondition.ended_at.is_(None),
            )
        ).all()
    return "unreachable" in found


def test_CORE_3_OPS_13_an_address_that_was_found_counts_after_a_second_look() -> None:
    account_id, _ = owing()
    finder, other = add_staff("collections"), add_staff("manager")
    with db.transaction() as session:
        account = session.get_one(GuarantorAccount, account_id)
        account.mobile = ""
        mark_bad(session, account, source="test", day="1", now=noon(DAY))
    assert unreachable(account_id)
    trace_id = uuid4()
    for _ in range(2):
        note_trace(staff=finder, trace_id=trace_id, account_id=account_id, found=NEW, now=noon(DAY))
    assert unreachable(account_id)
    asked = {"account_id": account_id, "trace_id": trace_id, "reason": "The post says so."}
    with pytest.raises(TraceRefused, match="somebody else"):
        decide_trace(staff=finder, confirmed=True, now=noon(DAY), **asked)
    with pytest.raises(NotFound):
        decide_trace(staff=other, confirmed=True, now=noon(DAY), **(asked | {"trace_id": uuid4()}))
    decide_trace(staff=other, confirmed=True, now=noon(DAY), **asked)
    assert not unreachable(account_id)
    with db.read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
        assert (account.street, account.state) == ("2 Invented Street", "NY")


def test_CORE_3_what_is_not_theirs_changes_nothing_and_half_an_address_is_none() -> None:
    account_id, _ = owing()
    finder, other = add_staff("collections"), add_staff("manager")
    for wrong in (
        Found(source="x"),
        Found(source="x", street="2 Invented Street"),
        Found(source="x", mobile="+12125550177", street="2 Invented Street"),
        Found(source="", mobile="+12125550177"),
    ):
        with pytest.raises(TraceRefused):
            note_trace(
                staff=finder, trace_id=uuid4(), account_id=account_id, found=wrong, now=noon(DAY)
            )
    trace_id = uuid4()
    found = Found(source="A directory", mobile="+12125550177")
    note_trace(staff=finder, trace_id=trace_id, account_id=account_id, found=found, now=noon(DAY))
    decide_trace(
        staff=other,
        account_id=account_id,
        trace_id=trace_id,
        confirmed=False,
        reason="Somebody else answered.",
        now=noon(DAY),
    )
    with db.read_only() as session:
        assert session.get_one(GuarantorAccount, account_id).mobile != "+12125550177"
