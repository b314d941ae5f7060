"""Assistance in the ledger: code FA with its approver, nothing below zero, what was paid beyond it goes back (FA-4, FA-9, FA-11, COLL-9)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from billing import entries
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.assistance_decisions import AssistanceAward
from portal.models.refunds import Refund
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.ledger_proof import verify_ledger
from portal.services.approve_assistance import approve_assistance, send_back_assistance
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.extend_awards import extend_awards
from portal.services.post_entry import post_entry
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.assistance_world import agb, awards, decision, grant, memos
from tests.services.ledger_book import Book, party_of
from tests.services.payment_laws import broken
from tests.services.refund_desk import Desk, open_desk
from tests.services.staff_world import add_staff
from tests.services.till import open_till

ALL = 18_240  # $50.00 and $132.40


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    return open_desk(open_till(sandbox, now))


def proven() -> bool:
    return verify_ledger().ok


def refunds() -> list[Refund]:
    with read_only() as session:
        return list(session.scalars(select(Refund).order_by(Refund.amount)))


def another_visit(desk: Desk, cents: int, *, on: datetime) -> int:
    """A self-pay visit of that day; its charge."""
    with transaction() as session:
        book = Book(session, counter=900)
        patient = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == desk.till.account_id)
        ).first()
        assert patient
        visit, charges = book.visit(
            patient, [cents], service_on=on.date(), coverage_intent="self_pay"
        )
        line = entries.Line(party_of(visit, charges[0]), Money(cents))
        post_entry(
            session,
            entries.self_pay_charge(
                source_ref=f"test:{uuid4()}", occurred_on=on.date(), lines=[line]
            ),
        )
        return charges[0].id


def test_FA_11_everything_comes_off_under_its_code_and_names_the_approver(desk: Desk) -> None:
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    assert desk.till.due() == 0
    row = decision(made)
    assert (row.outcome, row.state, row.discount) == ("approved", "made", 100)
    assert (row.before, row.granted, row.owes, row.back) == (Money(ALL), Money(ALL), ZERO, ZERO)
    [memo] = memos(made)
    assert memo == "FA: financial assistance, 100% off; approved by manager@example.com"
    assert proven()


def test_FA_3_a_part_comes_off_and_the_lines_sum_to_the_cent(desk: Desk) -> None:
    made = grant(desk.till.account_id, 225, now=desk.till.now, by=desk.approver.login_id)
    rows = awards(made)
    assert sum(one.off.cents for one in rows) == ALL * 75 // 100
    assert desk.till.due() == ALL - ALL * 75 // 100
    assert all(one.share == one.off + one.owes for one in rows)
    assert proven()


def test_FA_4_agb_caps_each_line(desk: Desk) -> None:
    agb(10_00, now=desk.till.now)
    made = grant(desk.till.account_id, 380, now=desk.till.now, by=desk.approver.login_id)
    rows = awards(made)
    assert decision(made).agb_hundredths == 10_00
    assert rows
    for one in rows:
        assert one.agb == Money(one.gross.cents // 10)
        assert one.owes <= one.agb  # FA-4
    assert proven()


def test_COLL_9_what_was_paid_goes_back_by_the_refunds_list(desk: Desk) -> None:
    payment_id = desk.paid()
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.asker.login_id)
    [refund] = refunds()
    assert (refund.amount, refund.reason, refund.state) == (Money(ALL), "assistance", "requested")
    assert refund.payment_id == payment_id
    assert decision(made).back == Money(ALL)
    assert (desk.till.due(), desk.till.credit()) == (0, ALL)
    assert desk.approve(refund.id)  # by another person than who decided (OPS-13)
    assert (desk.till.due(), desk.till.credit(), desk.sent_back()) == (0, 0, ALL)
    assert broken(desk.till) == []


@pytest.mark.parametrize(("paid", "asked"), [(4_99, 0), (5_00, 5_00)])
def test_COLL_9_499_cents_stay_and_500_go_back(desk: Desk, paid: int, asked: int) -> None:
    desk.paid(paid)
    grant(desk.till.account_id, 100, now=desk.till.now, by=desk.asker.login_id)
    assert sum(one.amount.cents for one in refunds()) == asked
    assert desk.till.credit() == paid  # never written off to income (OPS-19)
    assert proven()


def test_COLL_9_money_of_the_desk_is_work_for_a_person(desk: Desk) -> None:
    with transaction() as session:
        [account] = balances(session, on=desk.till.now.date(), account_ids=[desk.till.account_id])
        charge = account.visits[0].charges[0]
        party = party_of_line(account.guarantor_account_id, charge.visit_id, charge.charge_id)
        entry = entries.payment(
            source_ref="test:desk",
            occurred_on=desk.till.now.date(),
            lines=[entries.Line(party, Money(20_00))],
            into=Account.CASH_DRAWER,
        )
        post_entry(session, entry)
    grant(desk.till.account_id, 100, now=desk.till.now, by=desk.asker.login_id)
    assert refunds() == []
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "credit_found"))
        assert (item.amount, item.due_on) == (
            Money(20_00),
            desk.till.now.date() + timedelta(days=30),
        )
    assert proven()


def party_of_line(account_id: int, visit_id: int, charge_id: int) -> entries.Party:
    return entries.Party(guarantor_account_id=account_id, visit_id=visit_id, charge_id=charge_id)


def test_FA_11_above_the_limit_it_waits_for_another_person(desk: Desk) -> None:
    another_visit(desk, 5_000_00, on=desk.till.now)
    counsellor, manager = add_staff("fa_counsellor"), desk.approver
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=counsellor.login_id)
    assert decision(made).state == "waiting"
    assert awards(made) == []
    assert desk.till.due() == ALL + 5_000_00
    day, now = desk.till.now.date(), desk.till.now
    with pytest.raises(CannotDecideAssistance, match="does not approve"):
        approve_assistance(
            decision_id=made, staff=counsellor, public_url=PUBLIC_URL, on=day, now=now
        )
    assert approve_assistance(
        decision_id=made, staff=manager, public_url=PUBLIC_URL, on=day, now=now
    )
    assert not approve_assistance(
        decision_id=made, staff=manager, public_url=PUBLIC_URL, on=day, now=now
    )
    assert desk.till.due() == 0
    assert memos(made)[0].endswith("approved by fa_counsellor@example.com and manager@example.com")
    assert proven()


def test_FA_11_whoever_decided_is_not_the_second(desk: Desk) -> None:
    add_staff("front_desk")  # three sign-ins: nobody decides alone
    another_visit(desk, 5_000_00, on=desk.till.now)
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    with pytest.raises(CannotDecideAssistance, match="somebody else"):
        approve_assistance(
            decision_id=made,
            staff=desk.approver,
            public_url=PUBLIC_URL,
            on=desk.till.now.date(),
            now=desk.till.now,
        )
    other = add_staff("manager", "second@example.com")
    assert send_back_assistance(
        decision_id=made, note="The stubs are of 2024", staff=other, now=desk.till.now
    )
    assert (decision(made).state, desk.till.due()) == ("sent_back", ALL + 5_000_00)


def test_FA_11_the_database_refuses_a_grant_above_the_limit_without_a_second(desk: Desk) -> None:
    another_visit(desk, 5_000_00, on=desk.till.now)
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    for wrong in (
        "state = 'made'",
        "state = 'made', second_id = made_by_id",
        "made_by_id = NULL",
    ):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(
                text(f"UPDATE assistance_decisions SET {wrong} WHERE id = :id"),
                {"id": made},
            )


def test_FA_9_a_new_visit_of_the_year_gets_it_by_itself_and_once(desk: Desk) -> None:
    made = grant(desk.till.account_id, 225, now=desk.till.now, by=desk.approver.login_id)
    before, later = desk.till.due(), desk.till.now + timedelta(days=90)
    another_visit(desk, 100_00, on=later)
    assert extend_awards(on=later.date(), now=later) == 1
    assert extend_awards(on=later.date(), now=later) == 0
    kept = len(awards(made))
    assert extend_awards(on=later.date() + timedelta(days=1), now=later) == 0
    assert len(awards(made)) == kept  # what was seen at its share is not looked at again
    assert desk.till.due() == before + 25_00
    assert len(memos(made)) == 2
    assert proven()


def test_FA_9_after_twelve_months_it_is_over(desk: Desk) -> None:
    grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    last = decision_end = desk.till.now + timedelta(days=365)
    assert decision_end == last
    another_visit(desk, 100_00, on=last)
    assert extend_awards(on=last.date(), now=last) == 0
    assert desk.till.due() == 100_00


def test_FA_9_bills_first_sent_more_than_240_days_ago_are_not_covered(desk: Desk) -> None:
    today = desk.till.now.date()
    with transaction() as session:
        session.execute(
            text(
                "UPDATE visits SET first_statement_on ="
                " CASE id WHEN :old THEN CAST(:before AS date) ELSE CAST(:within AS date) END"
            ),
            {
                "old": desk.till.visit_ids[0],
                "before": today - timedelta(days=241),
                "within": today - timedelta(days=240),
            },
        )
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    assert [one.visit_id for one in awards(made)] == [desk.till.visit_ids[1]]
    assert desk.till.due() == 50_00


def test_FA_3_the_cap_of_a_year_counts_over_old_and_new_bills(desk: Desk) -> None:
    made = grant(
        desk.till.account_id,
        225,
        now=desk.till.now,
        by=desk.approver.login_id,
        income=Money(35_910_00),
    )
    cap = decision(made).cap
    assert cap == Money(35_910_00 * 5 // 100)
    later = desk.till.now + timedelta(days=10)
    another_visit(desk, 9_000_00, on=later)  # a quarter of it is above what the cap leaves
    extend_awards(on=later.date(), now=later)
    assert desk.till.due() == cap.cents
    assert proven()


def test_FA_11_a_smaller_award_takes_nothing_back(desk: Desk) -> None:
    grant(desk.till.account_id, 225, now=desk.till.now, by=desk.approver.login_id)
    owed = desk.till.due()
    grant(desk.till.account_id, 380, now=desk.till.now, by=desk.approver.login_id)
    assert desk.till.due() == owed
    grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    assert desk.till.due() == 0
    assert proven()


def test_the_same_decision_twice_is_one(desk: Desk) -> None:
    made = grant(desk.till.account_id, 225, now=desk.till.now, by=desk.approver.login_id)
    owed = desk.till.due()
    with pytest.raises(DBAPIError):
        grant(
            desk.till.account_id,
            225,
            now=desk.till.now,
            by=desk.approver.login_id,
            decision_id=made,
        )
    assert desk.till.due() == owed


@pytest.mark.parametrize("attempt", range(3))
def test_a_payment_and_an_award_at_the_same_moment_leave_every_cent_right(
    desk: Desk, attempt: int
) -> None:
    started = desk.till.start(desk.till.choose("own_amount", 60_00))
    assert started.checkout_url
    desk.till.sandbox.pay(started.checkout_url)
    gate = threading.Barrier(2)

    def pay() -> None:
        gate.wait()
        desk.till.look(started.payment_id)

    def decide() -> None:
        gate.wait()
        grant(desk.till.account_id, 225, now=desk.till.now, by=desk.asker.login_id)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(pay), both.submit(decide)]:
            done.result()
    extend_awards(on=desk.till.now.date(), now=desk.till.now)
    owes = ALL - ALL * 75 // 100
    left = max(owes - 60_00, 0)
    assert desk.till.due() - desk.till.credit() == owes - 60_00, (left, attempt)
    assert broken(desk.till) == []


def test_awards_are_never_edited(desk: Desk) -> None:
    made = grant(desk.till.account_id, 100, now=desk.till.now, by=desk.approver.login_id)
    assert awards(made)
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("UPDATE assistance_awards SET off_cents = 0"))
    with read_only() as session:
        assert session.scalars(select(AssistanceAward)).all()
