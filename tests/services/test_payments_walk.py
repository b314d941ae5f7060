"""Events that were never made: the provider's own list is walked each night, and says the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from portal import db
from portal.adapters.stripe import StripeGateway
from portal.db import read_only
from portal.jobs import schedule
from portal.models.payments import ObjectWalk
from portal.models.work import WorkItem
from portal.ports import ObjectPage, RetryLater
from portal.queue import RECURRING, run_due
from portal.services import walk_objects as walking
from portal.services.walk_objects import Walked, walk_objects
from tests.proof.invariants import numbers
from tests.sandbox_server import KEY, PUBLIC_URL, SECRET, SandboxServer
from tests.services.payment_laws import broken
from tests.services.till import Till, open_till

A_NIGHT = timedelta(hours=24)


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Till]:
    """A till whose provider makes no events at all."""
    schedule.register()
    sandbox.control("webhooks", mode="mute")
    yield open_till(sandbox, now)
    sandbox.control("reset")


def walk(till: Till, database_url: str, after: timedelta = A_NIGHT) -> Walked:
    """A later night's walk, and the jobs it caused."""
    till.now += after
    walked = walk_objects(gateway=till.gateway, now=till.now)
    gateways = SimpleNamespace(payments=till.gateway, public_url=PUBLIC_URL)
    assert run_due(database_url, gateways, now=till.now) == 0
    return walked


def charge(till: Till, cents: int = 900, **more: object) -> str:
    wanted = {"amount": cents, "currency": "usd", "payment_method": "pm_card_visa"}
    return till.sandbox.client.v1.payment_intents.create(
        params={**wanted, "confirm": True, **more}  # type: ignore[typeddict-item]
    ).id


def work() -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).order_by(WorkItem.id)))


def test_events_never_made_and_the_walk_posts_once(till: Till, database_url: str) -> None:
    started = till.paid()
    assert till.sandbox.events() == []
    assert walk(till, database_url).found == 1
    assert till.payment(started.payment_id).state == "succeeded"
    till.agrees(18_240)
    assert walk(till, database_url).found == 0
    till.agrees(18_240)
    assert (broken(till), work()) == ([], [])


def test_webhooks_lost_and_the_walk_is_first(till: Till, database_url: str) -> None:
    till.sandbox.control("webhooks", mode="lose")
    till.paid()
    walk(till, database_url)
    till.agrees(18_240)
    assert "moved" not in till.deliver(*till.sandbox.events())
    till.agrees(18_240)


def test_money_of_a_payment_that_was_over_for_us_is_found(till: Till, database_url: str) -> None:
    started = till.start()
    till.sandbox.control("clock", advance=3600)
    till.now += timedelta(hours=1)
    till.look(started.payment_id)
    assert till.payment(started.payment_id).state == "canceled"
    charge(till, 18_240, metadata={"payment": str(started.payment_id)})
    assert "I9" in numbers(broken(till))
    walk(till, database_url)
    till.agrees(18_240)
    assert broken(till) == []


def test_an_orphan_is_named_once_and_not_posted(till: Till, database_url: str) -> None:
    charge(till, 700, metadata={"payment": str(uuid4())})
    assert walk(till, database_url).orphans == 1
    assert walk(till, database_url).orphans == 0
    [item] = work()
    assert (item.kind, item.amount, item.reasons) == (
        "payment_orphan",
        Money(700),
        [walking.UNKNOWN_HERE],
    )
    assert till.taken() == 0


def test_ours_without_a_provider_object_is_named(
    till: Till, database_url: str, now: datetime
) -> None:
    started = till.paid()
    till.look(started.payment_id)
    till.sandbox.fresh(now)
    assert walk(till, database_url).orphans == 1
    assert walk(till, database_url).orphans == 0
    [item] = work()
    assert (item.reasons, item.guarantor_account_id) == ([walking.UNKNOWN_THERE], till.account_id)


def test_what_a_walk_has_met_is_not_asked_for_again(till: Till, database_url: str) -> None:
    started = till.paid()
    till.look(started.payment_id)
    walk(till, database_url)
    asked = till.payment(started.payment_id).walked_at
    assert asked == till.now
    till.sandbox.control("faults", do="error", status=500, times=9, path="/v1/payment_intents/")
    walk(till, database_url)
    assert till.payment(started.payment_id).walked_at == asked


def test_payments_older_than_the_first_walk_are_asked_for_one_by_one(
    till: Till, database_url: str
) -> None:
    started = till.paid()
    till.look(started.payment_id)
    walk(till, database_url, after=timedelta(days=60))
    assert till.payment(started.payment_id).walked_at == till.now
    assert work() == []


def test_foreign_objects_are_left_alone(till: Till, database_url: str) -> None:
    for metadata in ({}, {"payment": "not-a-uuid"}, {"order": "7"}):
        charge(till, metadata=metadata)
    till.sandbox.client.v1.payment_intents.create(params={"amount": 900, "currency": "usd"})
    foreign = charge(till, payment_method="pm_card_createDispute")
    other = charge(till)
    till.sandbox.client.v1.refunds.create(params={"payment_intent": other})
    assert foreign
    walked = walk(till, database_url)
    assert (walked.foreign, walked.orphans) == (6, 0)
    assert (till.taken(), work()) == (0, [])


def test_a_refund_and_a_dispute_nobody_told_us_of_become_work(
    till: Till, database_url: str
) -> None:
    disputed = till.start(till.choose("bill", 5_000, till.visit_ids[0]))
    till.sandbox.pay(disputed.checkout_url or "", "4000000000000259")
    till.look(disputed.payment_id)
    refunded = till.paid()
    till.look(refunded.payment_id)
    till.sandbox.control("webhooks", mode="hold")
    till.sandbox.client.v1.refunds.create(
        params={"payment_intent": till.payment(refunded.payment_id).intent_id or ""}
    )
    walk(till, database_url)
    assert sorted(item.kind for item in work()) == ["card_dispute", "card_refund"]
    till.deliver(*till.sandbox.events())
    assert len(work()) == 2, "the event that comes after all opens no second item"


def many(till: Till, number: int) -> None:
    for _ in range(number):
        till.sandbox.client.v1.payment_intents.create(params={"amount": 900, "currency": "usd"})


def test_a_provider_away_in_mid_walk_is_gone_on_with(till: Till, database_url: str) -> None:
    till.paid()  # the oldest, so on the last page
    many(till, 120)
    once = {"times": 1, "method": "GET", "path": "/v1/payment_intents"}
    till.sandbox.control("faults", **{**once, "do": "delay", "secs": 0})
    till.sandbox.control("faults", **{**once, "do": "error", "times": 3})
    till.now += A_NIGHT
    with pytest.raises(RetryLater):
        walk_objects(gateway=till.gateway, now=till.now)
    assert till.taken() == 0
    assert reached("payments").cursor
    assert walk(till, database_url, timedelta(hours=1)).objects == 21
    till.agrees(18_240)


def reached(kind: str) -> ObjectWalk:
    with read_only() as session:
        return session.get_one(ObjectWalk, ("stripe", kind))


def test_a_long_list_is_walked_in_pieces(
    till: Till, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PAGES_AT_ONCE", 1)
    monkeypatch.setattr("portal.adapters.stripe.PAGE", 2)
    till.paid()
    many(till, 3)
    assert walk(till, database_url).objects == 2
    assert till.taken() == 0
    walk(till, database_url, timedelta(hours=1))
    till.agrees(18_240)
    assert reached("payments").walked_until == till.now - timedelta(hours=1)


def test_one_walk_a_night_with_days_of_overlap(till: Till, database_url: str) -> None:
    many(till, 1)
    assert walk(till, database_url).objects == 1
    assert walk(till, database_url, timedelta(hours=1)).objects == 0, "the night's walk is done"
    assert walk(till, database_url).objects == 1, "the week before is walked again"
    assert walk(till, database_url, timedelta(days=9)).objects == 1
    assert walk(till, database_url).objects == 0
    assert RECURRING["walk_objects"] == "41 6-11 * * *"


def test_no_transaction_is_open_while_the_provider_is_asked(till: Till, database_url: str) -> None:
    open_then = []

    class Watchful(StripeGateway):
        def list_objects(self, **wanted: object) -> ObjectPage:  # type: ignore[override]
            open_then.append(db._sessions.kw["bind"].pool.checkedout())
            return super().list_objects(**wanted)  # type: ignore[arg-type]

    till.paid()
    till.gateway = Watchful(
        secret_key=KEY, webhook_secret=SECRET, page_url=PUBLIC_URL, api_base=till.sandbox.url
    )
    walk(till, database_url)
    assert open_then == [0, 0, 0]


def test_planted_forgetful_walk_is_caught(till: Till, database_url: str) -> None:
    """Negative control: without the walk, the laws see money that the ledger does not have."""
    till.paid()
    assert "I3" in numbers(broken(till))
    walk(till, database_url)
    assert broken(till) == []
