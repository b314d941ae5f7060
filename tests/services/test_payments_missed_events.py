"""Webhooks that never came: their events are listed and handled as if they had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from portal.db import read_only
from portal.jobs import schedule
from portal.models.payments import EventLook, InboundEvent
from portal.ports import RetryLater
from portal.queue import RECURRING, run_due
from portal.services.list_missed_events import list_missed_events
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.till import Till, open_till

NOBODY = "http://127.0.0.1:9/webhooks/stripe"


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Till]:
    """A till whose provider has an endpoint of ours, to which nothing is delivered."""
    schedule.register()
    sandbox.control("webhooks", mode="lose")
    sandbox.client.v1.webhook_endpoints.create(params={"url": NOBODY, "enabled_events": ["*"]})
    yield open_till(sandbox, now)
    sandbox.control("reset")


def run_jobs(till: Till, database_url: str) -> int:
    gateways = SimpleNamespace(payments=till.gateway, public_url=PUBLIC_URL)
    return run_due(database_url, gateways, now=till.now)


def look(till: Till) -> int:
    return list_missed_events(gateway=till.gateway, now=till.now)


def inbox() -> int:
    with read_only() as session:
        return session.scalar(select(func.count(InboundEvent.id))) or 0


def test_a_payment_whose_webhooks_were_all_lost_is_posted_once(
    till: Till, database_url: str
) -> None:
    started = till.paid()
    till.now += timedelta(minutes=15)
    assert look(till) > 0
    assert run_jobs(till, database_url) == 0
    assert till.payment(started.payment_id).state == "succeeded"
    till.agrees(18_240)


def test_looking_again_and_a_late_webhook_change_nothing(till: Till, database_url: str) -> None:
    till.paid()
    first = look(till)
    till.now += timedelta(minutes=15)
    assert (look(till), inbox()) == (0, first)
    assert set(till.deliver(*till.sandbox.events())) == {"duplicate"}
    assert run_jobs(till, database_url) == 0
    till.agrees(18_240)


def test_held_events_are_taken_too_and_what_was_delivered_is_not(till: Till) -> None:
    till.sandbox.control("webhooks", mode="hold")
    till.paid()
    assert look(till) == len(till.sandbox.events())
    till.sandbox.control("purge")
    assert till.gateway.missed_events(since=till.now - timedelta(days=1)) == ()


def test_a_look_that_failed_is_made_up_for(till: Till) -> None:
    look(till)
    till.paid()
    till.sandbox.control("faults", do="error", status=500, times=3, path="/v1/events")
    till.now += timedelta(hours=30)
    with pytest.raises(RetryLater):
        look(till)
    till.now += timedelta(minutes=15)
    assert look(till) > 0, "the event of yesterday"
    with read_only() as session:
        assert session.scalars(select(EventLook.seen_until)).one() == till.now


def test_more_than_one_page_of_events_comes_oldest_first(till: Till) -> None:
    for _ in range(51):
        till.sandbox.client.v1.payment_intents.create(
            params={"amount": 900, "currency": "usd", "payment_method": "pm_card_visa"}
        )
        till.sandbox.client.v1.customers.create(params={})
    notices = till.gateway.missed_events(since=till.now - timedelta(hours=1))
    assert len(notices) == len({notice.event_id for notice in notices}) > 100
    assert notices[0].type == "payment_intent.created"


def test_the_look_recurs_every_quarter_of_an_hour(till: Till) -> None:
    assert RECURRING["list_missed_events"] == "*/15 * * * *"
