"""From the amount of a statement, step by step, to what is owed at this moment (CORE-7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Claim
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.what_changed import MOVED, WhatChanged, what_changed
from portal.services.move_visits import Move, move_visits
from tests.services.statement_world import after, cut, deliver, later, noon, statements, world

pytestmark = pytest.mark.usefixtures("database_url")


def story(on: date, statement_id: int | None = None) -> WhatChanged:
    with read_only() as session:
        [told] = what_changed(session, balances(session, on=on), statement_id=statement_id)
    assert told.before + total_of(step.amount for step in told.steps) == told.now
    return told


def told(on: date) -> list[tuple[date | None, str, Money]]:
    return [(step.on, step.what, step.amount) for step in story(on).steps]


def test_CORE_7_without_a_statement_in_hand_there_is_no_story() -> None:
    world(lambda w: w.owed(5000))
    cut()  # and never sent
    with read_only() as session:
        assert what_changed(session, balances(session, on=after(1))) == ()


def test_CORE_7_nothing_changed(tmp_path: Path) -> None:
    world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    same = story(after(5))
    assert (same.before, same.steps, same.now) == (Money(5000), (), Money(5000))
    assert (same.number, same.stated_on) == ("2026-0001", after(0))


def test_CORE_7_a_payment_and_a_new_decision_are_told_with_what_the_plan_paid(
    tmp_path: Path,
) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def build(w):
        w.pay(bill, 2000, on=after(10))
        w.owed(7000, account=w.session.get(GuarantorAccount, bill[0].guarantor_account_id))

    later(build)
    assert sorted(told(after(20)), key=lambda step: step[2].cents) == [
        (after(10), "Paid online for the visit of February 3, 2026. Thank you.", Money(-2000)),
        (
            date(2026, 2, 20),
            "Acme Health decided the visit of February 3, 2026. It paid $60.00.",
            Money(7000),
        ),
    ]


def test_CORE_7_what_is_decided_again_is_not_due_now(tmp_path: Path) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def again(w):
        w.session.get(Claim, bill[2].id).state = "deciding_again"

    later(again)
    assert told(after(20)) == [
        (None, "The visit of February 3, 2026 is on hold. It is not due now.", Money(-5000))
    ]
    assert story(after(20)).now == ZERO


def test_CORE_7_what_was_held_when_the_statement_was_cut_becomes_a_bill(tmp_path: Path) -> None:
    def build(w):
        first = w.owed(5000)
        account = w.session.get(GuarantorAccount, first[0].guarantor_account_id)
        held = w.owed(7000, account=account)
        return w.add(
            WorkItem(
                dedupe_key="t",
                kind="review",
                visit_id=held[0].id,
                holds_bill=True,
                opened_at=noon(after(0)),
            )
        ).id

    item = world(build)
    cut()
    deliver(tmp_path)
    assert told(after(1)) == []

    def release(w):
        w.session.get(WorkItem, item).closed_at = noon(after(3))

    later(release)
    assert told(after(5)) == [(None, "The visit of February 3, 2026 is a bill now.", Money(7000))]


def test_CORE_7_an_older_statement_tells_the_longer_story(tmp_path: Path) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: w.pay(bill, 2000, on=after(10)))
    cut(after(30))
    deliver(tmp_path, after(30))
    older, newer = statements()
    assert story(after(31), newer.id).steps == ()
    assert (story(after(31), older.id).before, story(after(31), older.id).now) == (
        Money(5000),
        Money(3000),
    )


def test_CORE_7_a_bill_that_went_to_another_account_is_told(tmp_path: Path) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)

    def build(w):
        patient = w.session.get_one(Patient, bill[0].patient_id)
        move_visits(w.session, [Move(patient, w.account().id)], source="t", on=after(2))

    later(build)
    with read_only() as session:
        [told] = what_changed(session, balances(session, on=after(3)))
    assert (told.before, told.now) == (Money(5000), ZERO)
    assert [(step.what, step.amount) for step in told.steps] == [(MOVED, Money(-5000))]
