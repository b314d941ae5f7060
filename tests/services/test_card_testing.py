"""Stolen cards are not tried on us: five declines close a page and rest an account, and many call a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.card_testing import cools_until, looks_like_testing
from portal.db import read_only, transaction
from portal.models.payments import CardDecline
from portal.models.work import WorkItem
from portal.services.note_declines import watch_declines
from portal.services.refusal import TooManyTries
from portal.services.take_payment import Way, take_payment
from tests.sandbox_server import DECLINED, PUBLIC_URL, SandboxServer
from tests.services.till import Till, open_till

T = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def minutes(*after: int) -> list[datetime]:
    return [T + timedelta(minutes=n) for n in after]


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def decline(till: Till, times: int) -> str:
    """Open a page and try a bad card on it so often; its address."""
    page = till.start().checkout_url
    assert page
    for _ in range(times):
        till.sandbox.pay(page, DECLINED)
    return page


def declines() -> list[CardDecline]:
    with read_only() as session:
        return list(session.scalars(select(CardDecline).order_by(CardDecline.id)))


def test_five_within_an_hour_rest_for_an_hour_from_the_last() -> None:
    now = T + timedelta(minutes=30)
    assert cools_until(minutes(1, 2, 3, 4), now) is None
    assert cools_until(minutes(1, 2, 3, 4, 5), now) == T + timedelta(minutes=65)
    assert cools_until(minutes(1, 2, 3, 4, 5), T + timedelta(minutes=65)) is None
    spread = minutes(0, 20, 40, 60, 80)
    assert cools_until(spread, T + timedelta(minutes=81)) is None, "never five within one hour"


@pytest.mark.parametrize(
    ("declined", "paid", "suspected"),
    [(14, 0, False), (15, 10, True), (15, 11, False), (40, 20, True)],
)
def test_a_person_is_called_by_number_and_ratio(declined: int, paid: int, suspected: bool) -> None:
    assert looks_like_testing(declined, paid) is suspected


def test_declines_are_learnt_from_the_event_once_and_nothing_of_the_card(till: Till) -> None:
    decline(till, 2)
    for _ in range(2):
        till.deliver(*till.sandbox.events())
    found = declines()
    assert [(one.code, one.guarantor_account_id) for one in found] == [
        ("generic_decline", till.account_id)
    ] * 2
    assert {"0002", "visa"}.isdisjoint(str(vars(one)) for one in found)
    assert till.due() == 18_240, "a decline posts nothing"


def test_the_fifth_decline_closes_the_page(till: Till) -> None:
    page = decline(till, 5)
    till.deliver(*till.sandbox.events())
    [payment] = till.payments()
    assert payment.state == "canceled"
    till.sandbox.pay(page)
    assert till.sandbox.charged() == 0, "a sixth card cannot be tried there"


def test_an_account_waits_kindly_after_five_and_a_bank_account_stays_open(till: Till) -> None:
    """Without any event: opening page after page is counted too, as each is closed."""
    for _ in range(5):
        decline(till, 1)
        till.now += timedelta(minutes=1)
    assert len(declines()) == 4, [(p.intent_id, p.state) for p in till.payments()]
    with pytest.raises(TooManyTries, match=r"Several cards were declined.*Call us at"):
        decline(till, 1)
    assert len(declines()) == 5
    started = take_payment(
        viewer=till.viewer,
        account_id=till.account_id,
        payment_id=uuid4(),
        choice=till.choose(),
        gateway=till.gateway,
        public_url=PUBLIC_URL,
        now=till.now,
        way=Way(bank_only=True),
    )
    assert started.checkout_url
    till.now += timedelta(minutes=62)
    assert till.start().checkout_url


def test_many_declines_call_a_person_once_an_hour(till: Till) -> None:
    decline(till, 1)
    till.deliver(*till.sandbox.events())
    [one] = declines()
    with transaction() as session:
        session.add_all(
            CardDecline(
                provider_id=f"ch_{n}",
                payment_id=one.payment_id,
                guarantor_account_id=one.guarantor_account_id,
                code="generic_decline",
                declined_at=till.now,
            )
            for n in range(14)
        )
    for _ in range(2):
        assert watch_declines(now=till.now + timedelta(minutes=1)) == 15
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "card_testing"))
    assert "15 declined and 0 paid" in item.reasons[1]
    assert watch_declines(now=till.now + timedelta(hours=2)) == 0
