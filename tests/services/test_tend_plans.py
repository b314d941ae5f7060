"""The day of the plans: from real bills, real payments and a real ledger, day after day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy import inspect as sa_inspect

from billing import entries
from billing.bill_disputes import Channel, Kind
from billing.money import Money
from billing.transitions import PlanState
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.ledger import PostingRow
from portal.models.messages import OutboundMessage
from portal.models.notices import Notice
from portal.models.plans import Plan, PlanEvent, PlanLine, PlanVersion
from portal.models.work import WorkItem
from portal.queries.plan_offer import plan_offer
from portal.queries.plan_page import plan_page
from portal.queries.plan_scope import Why
from portal.services.file_dispute import file_dispute
from portal.services.open_dispute import Filing
from portal.services.own_dispute import withdraw_dispute
from portal.services.plan_refusals import NeedsApproval
from portal.services.post_entry import post_entry
from portal.services.tend_plans import Tended, tend_plans
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.ledger_book import Book, party_of
from tests.services.plan_world import shown, sign, signed, standing, terms
from tests.services.till import Till, open_till
from tests.web.statements_sent import statements_sent

FIRST = date(2026, 3, 15)
NUMBERS = count(70)


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def tend(till: Till, on: date) -> Tended:
    later = till.now.replace(year=on.year, month=on.month, day=on.day)
    till.sandbox.control("clock", advance=int((later - till.now).total_seconds()))
    till.now = later
    return tend_plans(on=on, now=till.now, public_url=PUBLIC_URL)


def plan(plan_id: UUID) -> Plan:
    with read_only() as session:
        return session.get_one(Plan, plan_id)


def letters(plan_id: UUID) -> list[str]:
    with read_only() as session:
        rows = session.scalars(
            select(PlanEvent)
            .where(PlanEvent.plan_id == plan_id, PlanEvent.kind == "letter")
            .order_by(PlanEvent.id)
        )
        return [f"{row.on.isoformat()} {row.detail['letter']}" for row in rows]


def paper_letters() -> list[str]:
    """What a person is asked to write, oldest first."""
    with read_only() as session:
        steps = session.scalars(
            select(WorkItem.next_step)
            .where(WorkItem.kind == "plan_paper", WorkItem.next_step.startswith("Write to them"))
            .order_by(WorkItem.id)
        )
        return [step.split("“")[1].rstrip("”") for step in steps]


def condition(till: Till, kind: str, *, visit_id: int | None = None) -> None:
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=till.account_id,
                visit_id=visit_id,
                kind=kind,
                since=till.now,
                source="test",
            )
        )


def pay(till: Till, cents: int) -> None:
    till.look(till.paid(till.choose("own_amount", cents)).payment_id)


def test_PLAN_14_a_plan_that_nobody_pays_goes_from_notice_to_default(till: Till) -> None:
    plan_id = signed(till)
    cure_by = set()
    for n in range(75):
        day = FIRST + timedelta(days=n)
        tend(till, day)
        page = plan_page(till.viewer, plan_id, on=day)
        assert page is not None
        if page.living and page.cure_by:
            cure_by.add(page.cure_by)
    # The 15th is a Sunday: the money would have been drawn on the 16th.
    assert letters(plan_id) == [
        "2026-03-17 missed",
        "2026-03-26 reminder",
        "2026-04-15 second_miss",
        "2026-05-15 defaulted",
    ]
    assert cure_by == {date(2026, 4, 30)}, "the page says until when it can be cured"
    over = plan(plan_id)
    assert (over.state, over.ended_on) == ("defaulted", date(2026, 5, 15))
    mailed = paper_letters()
    assert mailed[0].startswith("$45.60 of your payment plan was due on March 16, 2026 and has not")
    assert "Financial help can lower your bill" in mailed[1]
    assert "Pay it by April 30, 2026, and your plan goes on as before." in mailed[2]
    assert len(mailed) == 3, "the end is a letter that prints itself"
    with read_only() as session:
        notice = session.scalars(select(Notice)).one()
        account_id = session.get_one(Plan, plan_id).guarantor_account_id
    assert (notice.kind, notice.guarantor_account_id) == ("plan_default", account_id)
    assert (notice.state, notice.subject) == ("queued", f"plan:{plan_id}")
    assert "$182.40" in str(notice.content)
    assert over.number in str(notice.content)
    assert standing(plan_id, date(2026, 5, 20)).state is PlanState.DEFAULTED
    told = plan_offer(till.viewer, on=date(2026, 5, 20))
    assert told is not None
    assert (told.open_plan_id, told.ended_plan_id) == (None, plan_id)
    # PLAN-15: the next one is not theirs alone for a year.
    anew = terms(4, first=till.now.date())
    with pytest.raises(NeedsApproval):
        sign(till, shown(till, anew))
    assert plan(plan_id).state == "defaulted"


def test_OPS_run_day_twice_changes_nothing_and_each_letter_goes_once(till: Till) -> None:
    plan_id = signed(till)
    day = date(2026, 3, 17)
    assert tend(till, day) == Tended(moved=1, letters=1)
    with read_only() as session:
        before = session.scalar(select(func.count()).select_from(PlanEvent))
        papers = session.scalar(select(func.count()).where(WorkItem.kind == "plan_paper"))
    assert tend(till, day) == Tended()
    assert tend(till, day + timedelta(days=1)) == Tended()
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(PlanEvent)) == before
        assert session.scalar(select(func.count()).where(WorkItem.kind == "plan_paper")) == papers
    assert plan(plan_id).state == "in_grace"


def test_OPS_two_processes_on_one_day_write_one_letter(till: Till) -> None:
    plan_id = signed(till)
    till.now += timedelta(days=15)
    day = date(2026, 3, 17)

    def morning(_: int) -> Tended:
        return tend_plans(on=day, now=till.now, public_url=PUBLIC_URL)

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(morning, range(2))
    assert first + second == Tended(moved=1, letters=1)
    assert letters(plan_id) == ["2026-03-17 missed"]


def test_LIFE_12_paid_in_grace_and_the_plan_is_as_it_was(till: Till) -> None:
    plan_id = signed(till)
    tend(till, date(2026, 3, 20))
    assert plan(plan_id).state == "in_grace"
    pay(till, 4_560)
    assert tend(till, date(2026, 3, 21)) == Tended(moved=1)
    assert plan(plan_id).state == "active"


def test_PLAN_16_a_paid_plan_is_completed_with_one_letter(till: Till) -> None:
    plan_id = signed(till)
    tend(till, date(2026, 3, 10))
    pay(till, 18_240)
    assert tend(till, date(2026, 3, 11)) == Tended(moved=1, letters=1)
    assert tend(till, date(2026, 3, 12)) == Tended()
    assert letters(plan_id) == ["2026-03-11 completed"]
    assert (plan(plan_id).state, plan(plan_id).end_reason) == ("completed", "")


@pytest.mark.parametrize("kind", ["bankruptcy", "attorney", "do_not_contact"])
def test_CORE_6_no_letter_and_so_no_default_while_the_gate_says_no(till: Till, kind: str) -> None:
    plan_id = signed(till)
    condition(till, kind)
    for n in (5, 20, 40, 90, 120):
        assert tend(till, FIRST + timedelta(days=n)).letters == 0
    assert letters(plan_id) == []
    assert plan(plan_id).state == "in_grace"


def test_PLAN_15_a_restart_waits_for_three_payments_and_comes_once_a_year(till: Till) -> None:
    plan_id = signed(till)
    later = till.now.date() + timedelta(days=20)

    def change(total: int, first: date) -> None:
        wanted = terms(1, total=total, first=first)
        sign(till, shown(till, wanted, plan_id=plan_id, why=Why.CHANGED), why=Why.CHANGED)

    pay(till, 4_560)
    with pytest.raises(NeedsApproval):
        change(13_680, later)
    pay(till, 9_120)
    change(4_560, later)
    with pytest.raises(NeedsApproval):
        change(4_560, later + timedelta(days=1))
    assert standing(plan_id, till.now.date()).total == Money(4_560)


def test_LIFE_22_a_plan_ends_with_the_death_of_who_signed_and_a_person_looks(till: Till) -> None:
    plan_id = signed(till)
    condition(till, "deceased")
    assert tend(till, date(2026, 3, 10)) == Tended(moved=1)
    assert tend(till, date(2026, 3, 20)) == Tended()
    assert plan(plan_id).state == "canceled"
    with read_only() as session:
        assert session.scalar(select(func.count()).where(WorkItem.kind == "plan_ended")) == 1
        assert session.scalars(select(OutboundMessage)).all() == []


def test_LIFE_6_a_disputed_bill_is_set_aside_until_it_is_decided(till: Till) -> None:
    plan_id = signed(till)
    condition(till, "disputed", visit_id=till.visit_ids[0])
    tend(till, date(2026, 3, 5))
    stands = standing(plan_id, date(2026, 3, 5))
    assert (stands.under_dispute, stands.remaining) == (Money(5_000), Money(18_240))
    assert [one.left.cents for one in stands.instalments] == [4_560, 4_560, 4_120, 0]
    with transaction() as session:
        for row in session.scalars(select(AccountCondition)):
            row.ended_at = till.now
    tend(till, date(2026, 3, 8))
    tend(till, date(2026, 3, 9))
    stands = standing(plan_id, date(2026, 3, 9))
    assert (stands.under_dispute, stands.payoff) == (Money(0), Money(18_240))
    assert [one.left.cents for one in stands.instalments] == [4_560] * 4


def dispute(till: Till, cents: int | None = None) -> UUID:
    """The patient disputes the older bill, or so much of it."""
    filing = Filing(
        visit_id=till.visit_ids[0],
        kind=Kind.AMOUNT,
        channel=Channel.PORTAL,
        words="It is wrong.",
        amount=None if cents is None else Money(cents),
    )
    return file_dispute(
        viewer=till.viewer, filing=filing, form_id=uuid4(), public_url=PUBLIC_URL, now=till.now
    )


def test_LIFE_6_DISP_1_the_part_that_a_patient_disputes_is_set_aside_until_it_is_withdrawn(
    till: Till,
) -> None:
    plan_id = signed(till)
    dispute_id = dispute(till, 2_000)
    tend(till, date(2026, 3, 5))
    tend(till, date(2026, 3, 6))
    stands = standing(plan_id, date(2026, 3, 6))
    assert (stands.under_dispute, stands.remaining) == (Money(2_000), Money(18_240))
    assert [one.left.cents for one in stands.instalments] == [4_560, 4_560, 4_560, 2_560]
    withdraw_dispute(viewer=till.viewer, dispute_id=dispute_id, now=till.now)
    tend(till, date(2026, 3, 8))
    tend(till, date(2026, 3, 9))
    stands = standing(plan_id, date(2026, 3, 9))
    assert (stands.under_dispute, stands.payoff) == (Money(0), Money(18_240))


def test_DISP_2_a_plan_hears_of_an_answer_when_the_bill_rejoins_not_before(till: Till) -> None:
    plan_id = signed(till)
    dispute_id = dispute(till)
    tend(till, date(2026, 3, 5))
    with transaction() as session:
        row = session.get_one(BillDispute, dispute_id)
        row.state, row.finding = "answered", "valid"
        row.answered_at, row.rejoins_on = till.now, date(2026, 3, 20)
    tend(till, date(2026, 3, 19))
    assert standing(plan_id, date(2026, 3, 19)).under_dispute == Money(5_000)
    tend(till, date(2026, 3, 20))
    assert standing(plan_id, date(2026, 3, 20)).under_dispute == Money(0)


def another_like(plan_id: UUID) -> None:
    """The same plan of another account with a bill of its own."""
    with transaction() as session:
        book = Book(session, counter=next(NUMBERS))
        account = book.account()
        visit, [charge] = book.visit(book.patient(account), [18_240], coverage_intent="self_pay")
        line = entries.Line(party_of(visit, charge), Money(18_240))
        post_entry(
            session,
            entries.self_pay_charge(
                source_ref=f"test:{visit.id}", occurred_on=visit.service_on, lines=[line]
            ),
        )
        old = session.get_one(Plan, plan_id)
        new = _copy(
            old,
            id=uuid4(),
            guarantor_account_id=account.id,
            number=f"T{account.id}",
            state="active",
        )
        session.add(new)
        session.flush()
        version = session.scalars(select(PlanVersion).where(PlanVersion.plan_id == plan_id)).one()
        position = session.scalar(select(func.max(PostingRow.id)))
        copied = _copy(version, id=None, plan_id=new.id, ledger_position=position)
        session.add(copied)
        session.flush()
        session.add(PlanLine(version_id=copied.id, charge_id=charge.id, amount=Money(18_240)))


def _copy(row: Any, **changes: object) -> Any:
    fields = {attr.key: getattr(row, attr.key) for attr in sa_inspect(type(row)).column_attrs}
    wanted = {key: value for key, value in (fields | changes).items() if value is not None}
    return type(row)(**wanted)


def reads(till: Till, on: date) -> tuple[Tended, int]:
    with statements_sent() as sent:
        done = tend(till, on)
    return done, sum(statement.startswith(("SELECT", "WITH")) for statement in sent)


def test_PLAN_14_many_plans_are_read_in_as_many_statements_as_one(till: Till) -> None:
    plan_id = signed(till)
    tend(till, date(2026, 3, 10))
    quiet, missed = reads(till, date(2026, 3, 11)), reads(till, date(2026, 3, 17))
    assert (quiet[0], missed[0]) == (Tended(), Tended(moved=1, letters=1))
    for _ in range(4):
        another_like(plan_id)
    assert reads(till, date(2026, 3, 18)) == (Tended(moved=4, letters=4), missed[1])
    assert reads(till, date(2026, 3, 19)) == (Tended(), quiet[1])
