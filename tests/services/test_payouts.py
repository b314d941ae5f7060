"""Payouts of the card company, through the official client: each line one fact, the sum to the cent, posted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account, Party
from billing.money import Money
from portal.adapters.stripe_payouts import StripePayouts
from portal.db import read_only, transaction
from portal.models.day import Payout, PayoutLineRow
from portal.models.work import WorkItem
from portal.office_ports import PayoutFacts
from portal.ports import RetryLater
from portal.queries.day_summary import DaySummary, day_summary
from portal.queries.payouts import payout_page, payouts_page
from portal.services.alarm_lines import Alarmed, alarm_lines
from portal.services.fetch_payouts import Fetched, fetch_payouts
from portal.services.post_entry import post_entry
from portal.services.walk_objects import walk_objects
from tests.sandbox_server import KEY, SandboxServer
from tests.services.payer_voice import total
from tests.services.payer_voice import verify_ledger as verified
from tests.services.refund_desk import open_desk
from tests.services.till import Till, open_till

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def till(sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def fetch(till: Till, days: int = 6) -> Fetched:
    books = StripePayouts(secret_key=KEY, api_base=till.sandbox.url)
    return fetch_payouts(books=books, now=till.now + timedelta(days=days))


def paid_out(till: Till) -> None:
    """Pay $182.40 by card; it is paid out days later, and arrives."""
    started = till.paid()
    till.look(started.payment_id)
    till.sandbox.control("clock", advance=3 * 86_400)
    till.sandbox.control("payout")


def summary() -> DaySummary:
    with read_only() as session:
        day = session.scalars(select(Payout.arrives_on)).one()
    return day_summary(day)


def test_a_payout_is_posted_when_it_arrives_and_once(till: Till) -> None:
    paid_out(till)
    assert fetch(till) == Fetched(seen=1, posted=0, came_back=0)
    assert total(Account.BANK) == 0, "it is on its way"
    till.sandbox.control("clock", advance=3 * 86_400)
    assert fetch(till) == Fetched(seen=1, posted=1, came_back=0)
    assert fetch(till) == Fetched(seen=1, posted=0, came_back=0)
    fee = 529 + 30  # 2.9 % of $182.40 and 30 cents
    assert (total(Account.BANK), total(Account.PROCESSING_FEES)) == (18_240 - fee, fee)
    assert total(Account.STRIPE_CLEARING) == 0, "nothing is left with the card company"
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(PayoutLineRow)) == 1


def test_OPS_11_each_line_answers_one_fact_of_the_ledger(till: Till) -> None:
    paid_out(till)
    till.sandbox.control("clock", advance=3 * 86_400)
    fetch(till)
    page = summary()
    [payout] = page.payouts
    [line] = payout.lines
    assert (line.category, line.amount, line.known) == ("charge", Money(182_40), Money(182_40))
    assert payout.net == payout.amount
    assert (page.differences, page.paid_out) == ((), payout.amount)


def test_a_refund_answers_its_own_entry(till: Till) -> None:
    desk = open_desk(till)
    desk.refunded(desk.paid(), 20_00)
    till.sandbox.control("clock", advance=3 * 86_400)
    till.sandbox.control("payout")
    till.sandbox.control("clock", advance=3 * 86_400)
    fetch(till)
    page = summary()
    lines = {line.category: (line.amount, line.known) for line in page.payouts[0].lines}
    assert lines["refund"] == (Money(-20_00), Money(-20_00))
    assert page.differences == ()
    assert total(Account.STRIPE_CLEARING) == 0
    assert verified().ok


class SentBack(StripePayouts):
    """The same books after the bank has sent every payout back."""

    def payouts(self, *, since: datetime) -> tuple[PayoutFacts, ...]:
        return tuple(replace(facts, status="failed") for facts in super().payouts(since=since))


def test_a_payout_that_comes_back_is_with_the_card_company_again_less_its_fees(till: Till) -> None:
    paid_out(till)
    till.sandbox.control("clock", advance=3 * 86_400)
    fetch(till)
    books = SentBack(secret_key=KEY, api_base=till.sandbox.url)
    for came_back in (1, 0):
        done = fetch_payouts(books=books, now=till.now + timedelta(days=7))
        assert done == Fetched(seen=1, posted=0, came_back=came_back)
    fee = 529 + 30
    assert (total(Account.BANK), total(Account.PROCESSING_FEES)) == (0, fee)
    assert total(Account.STRIPE_CLEARING) == 18_240 - fee, "what the next payout brings"
    assert verified().ok
    assert next_payout(18_240 - fee).differences == ()


def next_payout(cents: int) -> DaySummary:
    """The amount that came back, in the card company's next payout."""
    with transaction() as session:
        first = session.scalars(select(Payout)).one()
        day, held = first.arrives_on + timedelta(days=9), Money(cents)
        payout = Payout(
            provider_id="po_next",
            amount=held,
            arrives_on=day,
            automatic=True,
            status="in_transit",
            fetched_at=first.fetched_at,
        )
        session.add(payout)
        session.flush()
        session.add(
            PayoutLineRow(
                payout_id=payout.id,
                provider_id="txn_next",
                category="payout_reversal",
                amount=held,
                fee=Money(0),
                net=held,
                source_id=first.provider_id,
            )
        )
    return day_summary(day)


def test_a_payout_is_looked_at_until_it_has_arrived_however_long_that_takes(till: Till) -> None:
    paid_out(till)
    for days in (6, 16, 30):
        assert fetch(till, days) == Fetched(seen=1, posted=0, came_back=0)
    till.sandbox.control("clock", advance=30 * 86_400)
    assert fetch(till, 44).posted == 1
    assert fetch(till, 55).seen == 0


def test_a_line_that_is_not_ours_is_a_difference_to_the_cent(till: Till) -> None:
    till.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 77_00,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "http://localhost/",
        }
    )
    paid_out(till)
    till.sandbox.control("clock", advance=3 * 86_400)
    fetch(till)
    [gap] = summary().differences
    assert (gap.amount, gap.cause) == (Money(77_00), "no entry of ours is this")
    assert total(Account.STRIPE_CLEARING) == -77_00


def test_I7_the_ledger_ties_to_the_balance_at_every_step(till: Till) -> None:
    """Before, during and after a payout, with a refund and a dispute in it: no cent apart."""
    desk = open_desk(till)
    first = desk.paid(50_00)
    desk.refunded(desk.paid(60_00), 20_00)
    fetch(till, 0)
    agrees(theirs=90_00 - (175 + 204))  # 2.9 % and 30 cents of each
    till.sandbox.control("dispute", charge=till.payment(first).charge_id)
    till.deliver(*till.sandbox.events())
    fetch(till, 0)
    agrees(theirs=90_00 - (175 + 204) - 50_00 - 15_00)
    desk.paid(72_40)
    till.sandbox.control("clock", advance=3 * 86_400)
    till.sandbox.control("payout")
    fetch(till, 4)
    agrees(theirs=90_00 - (175 + 204) - 50_00 - 15_00 + 72_40 - 240)  # on its way: still theirs
    till.sandbox.control("clock", advance=3 * 86_400)
    fetch(till, 6)
    agrees(theirs=0)
    assert verified().ok


def agrees(*, theirs: int) -> None:
    page = payouts_page(now=datetime(2026, 4, 1, tzinfo=UTC))
    assert (page.tie.theirs, page.tie.difference) == (Money(theirs), Money(0))
    assert (page.off, page.loose) == ((), ())


def test_I7_a_planted_line_or_double_is_named_line_by_line(till: Till) -> None:
    """Each kind of wrong line has its own word; the right ones keep theirs."""
    desk = open_desk(till)
    desk.refunded(desk.paid(), 20_00)
    till.sandbox.control("clock", advance=3 * 86_400)
    till.sandbox.control("payout")
    fetch(till)
    with transaction() as session:
        [payout] = session.scalars(select(Payout))
        [charge] = session.scalars(select(PayoutLineRow).where(PayoutLineRow.category == "charge"))
        again = {"fee": Money(0), "payout_id": payout.id}
        session.add_all(
            [
                planted("txn_twice", charge.category, charge.source_id, 182_40, **again),
                planted("txn_nobody", "charge", "ch_nobody", 1_00, **again),
            ]
        )
        payout_id, payout.amount = payout.id, payout.amount + Money(183_40)
    page = payout_page(payout_id)
    assert page
    assert sorted(line.match for line in page.lines) == ["none", "one", "twice", "twice"]
    for opened in (3, 0):
        assert alarm_lines(now=till.now + timedelta(days=6)) == Alarmed(off=3, opened=opened)
    assert {item.amount for item in open_work("payout_line")} == {Money(1_00), Money(182_40)}


def planted(name: str, category: str, source: str, cents: int, **others: Any) -> PayoutLineRow:
    amount = Money(cents)
    return PayoutLineRow(
        provider_id=name, category=category, source_id=source, amount=amount, net=amount, **others
    )


def open_work(kind: str) -> list[WorkItem]:
    with read_only() as session:
        query = select(WorkItem).where(WorkItem.kind == kind, WorkItem.closed_at.is_(None))
        return list(session.scalars(query))


def test_a_line_off_for_a_day_opens_work_that_closes_when_its_entry_comes(till: Till) -> None:
    till.paid()  # and nobody tells us
    fetch(till, 0)
    assert alarm_lines(now=till.now) == Alarmed(off=0, opened=0), "an event may be under way"
    later = till.now + timedelta(days=2)
    assert alarm_lines(now=later) == Alarmed(off=1, opened=1)
    [item] = open_work("payout_line")
    assert (item.amount, "no entry of ours" in item.reasons[0]) == (Money(182_40), True)
    till.deliver(*till.sandbox.events())
    assert alarm_lines(now=later).off == 0
    assert open_work("payout_line") == []


def test_money_posted_here_that_the_card_company_never_had_is_named(till: Till) -> None:
    till.look(till.paid().payment_id)
    fetch(till, 0)
    with transaction() as session:
        for day in (0, 1):
            owner = Party(guarantor_account_id=till.account_id)
            entry = entries.payment(
                source_ref=f"stripe:ch_invented_{day}",
                occurred_on=till.now.date() + timedelta(days=day),
                lines=[],
                leftover=entries.Line(owner, Money(5_00)),
            )
            post_entry(session, entry)
    page = payouts_page(now=till.now + timedelta(days=3))
    assert [one.amount for one in page.loose] == [Money(5_00)], (
        "the first day may be before our look"
    )
    assert page.tie.difference == Money(10_00)


def test_rule_15_what_others_made_on_the_account_is_listed_and_never_posted(till: Till) -> None:
    stranger = {"amount": 77_00, "currency": "usd", "payment_method": "pm_card_visa"}
    stranger |= {"confirm": True, "return_url": "http://localhost/"}
    api = till.sandbox.client.v1
    foreign = api.payment_intents.create(params=stranger)
    ours = {"payment": "11111111-2222-3333-4444-555555555555"}
    lost = api.payment_intents.create(params=stranger | {"metadata": ours})
    api.refunds.create(params={"payment_intent": foreign.id, "amount": 7_00})
    for _ in range(2):
        walk_objects(gateway=till.gateway, now=till.now + timedelta(hours=1))
    found = {(one.kind, one.why, one.amount) for one in payouts_page(now=till.now).foreign}
    assert found == {
        ("payment", "not_ours", Money(77_00)),
        ("payment", "no_record", Money(77_00)),
        ("refund", "not_ours", None),
    }
    assert lost.id
    assert total(Account.STRIPE_CLEARING) == 0


def test_a_card_company_that_cannot_be_reached_changes_nothing(till: Till) -> None:
    books = StripePayouts(secret_key=KEY, api_base="http://127.0.0.1:9")
    with pytest.raises(RetryLater):
        fetch_payouts(books=books, now=till.now)
    with read_only() as session:
        assert session.scalars(select(Payout)).all() == []
