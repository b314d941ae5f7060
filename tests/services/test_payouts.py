"""Payouts of the card company, through the official client: each line one fact, the sum to the cent, posted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from billing.ledger import Account
from billing.money import Money
from portal.adapters.stripe_payouts import StripePayouts
from portal.db import read_only, transaction
from portal.models.day import Payout, PayoutLineRow
from portal.ports import PayoutFacts, RetryLater
from portal.queries.day_summary import DaySummary, day_summary
from portal.services.fetch_payouts import Fetched, fetch_payouts
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


def test_a_card_company_that_cannot_be_reached_changes_nothing(till: Till) -> None:
    books = StripePayouts(secret_key=KEY, api_base="http://127.0.0.1:9")
    with pytest.raises(RetryLater):
        fetch_payouts(books=books, now=till.now)
    with read_only() as session:
        assert session.scalars(select(Payout)).all() == []
