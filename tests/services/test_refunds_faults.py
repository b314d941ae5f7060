"""Refunds at the worst moment: nothing is sent twice or lost, and planted bugs are seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from billing.money import Money
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.refunds import Refund
from portal.services.sweep_payments import AT_ONCE, sweep_payments
from tests.sandbox_server import SandboxServer
from tests.services.refund_desk import REFUNDS, Desk, open_desk
from tests.services.till import open_till

LOST_ANSWER = {"do": "drop", "where": "after", "times": 3}
FAULTS = {
    "request lost": {"do": "drop", "where": "before", "times": 3},
    "response lost": LOST_ANSWER,
    "500 before": {"do": "error", "status": 500, "where": "before", "times": 3},
    "500 after": {"do": "error", "status": 500, "where": "after", "times": 3},
    "503 before": {"do": "error", "status": 503, "where": "before", "times": 3},
    "429": {"do": "error", "status": 429, "where": "before", "times": 1},
}


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Desk]:
    """A desk to which no webhook comes: only asking again can find out."""
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield open_desk(open_till(sandbox, now))
    sandbox.control("reset")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_one_refund(desk: Desk, database_url: str, fault: str) -> None:
    payment_id = desk.paid()
    refund_id = desk.ask(payment_id, 5_000)
    desk.till.sandbox.control("faults", **FAULTS[fault], **REFUNDS)
    assert desk.approve(refund_id)
    assert desk.refund(refund_id).state == "submitting"
    desk.sweep(database_url)
    assert desk.refund(refund_id).state == "succeeded"
    desk.agrees(5_000, due=5_000)
    desk.till.deliver(*desk.till.sandbox.events())
    desk.agrees(5_000, due=5_000)


def test_the_event_may_tell_first(desk: Desk) -> None:
    refund_id = desk.ask(desk.paid(), 5_000)
    desk.till.sandbox.control("faults", **LOST_ANSWER, **REFUNDS)
    desk.approve(refund_id)
    assert "moved" in desk.till.deliver(*desk.till.sandbox.events())
    assert desk.refund(refund_id).state == "succeeded"
    desk.agrees(5_000, due=5_000)


def test_an_unknown_refund_is_looked_for_and_never_sent_again_after_a_day(
    desk: Desk, database_url: str
) -> None:
    """Its key is forgotten by then, so the provider's list decides."""
    payment_id = desk.paid()
    made, lost = desk.ask(payment_id, 5_000), desk.ask(payment_id, 3_000)
    desk.till.sandbox.control("faults", **LOST_ANSWER, **REFUNDS)
    desk.approve(made)
    desk.till.sandbox.control("faults", **FAULTS["request lost"], **REFUNDS)
    desk.approve(lost)
    # The first would-be retries are held up: nothing of theirs runs for a day.
    assert sweep_payments(now=desk.till.now + timedelta(hours=2)).overdue == 2
    desk.till.sandbox.control("purge")
    desk.sweep(database_url, timedelta(hours=25))
    assert desk.refund(made).state == "succeeded"
    assert desk.refund(lost).state == "refused"
    assert "no such refund" in desk.refund(lost).failure
    desk.agrees(5_000, due=5_000)
    desk.refunded(payment_id, 3_000)
    desk.agrees(8_000, due=8_000)


def test_refunds_that_take_their_days_do_not_hide_an_unknown_one(
    desk: Desk, database_url: str
) -> None:
    """Each sweep takes a hundred: what the provider only works on yet must not be all of them."""
    payment_id = desk.paid()
    unknown = desk.ask(payment_id, 3_000)
    desk.till.sandbox.control("faults", **LOST_ANSWER, **REFUNDS)
    desk.approve(unknown)
    desk.till.sandbox.control("purge")
    with transaction() as session:
        before = desk.till.now - timedelta(hours=1)
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.add_all(
            Refund(
                id=uuid4(),
                payment_id=payment_id,
                amount=Money(1),
                reason="outside",
                note="",
                state="pending",
                state_at=before,
                requested_at=before,
                provider_id=f"re_{number}",
            )
            for number in range(AT_ONCE)
        )
    sweep_payments(now=desk.till.now + timedelta(minutes=11))
    with read_only() as session:
        looked = session.scalars(
            text(
                "SELECT args->>'refund_id' FROM procrastinate_jobs WHERE task_name = 'settle_refund'"
            )
        ).all()
    assert str(unknown) in looked


def test_a_provider_away_for_hours_keeps_it_unknown(desk: Desk, database_url: str) -> None:
    refund_id = desk.ask(desk.paid(), 5_000)
    desk.till.sandbox.control("faults", do="error", status=500, times=1000, path="/v1/")
    desk.approve(refund_id)
    desk.sweep(database_url)
    assert desk.refund(refund_id).state == "submitting"
    assert sweep_payments(now=desk.till.now + timedelta(hours=5)).overdue == 1
    desk.till.sandbox.control("faults")
    desk.sweep(database_url, timedelta(hours=5))
    desk.agrees(5_000, due=5_000)


def test_a_refund_in_the_providers_pages_is_recorded_and_told(desk: Desk) -> None:
    payment_id = desk.paid()
    intent = desk.till.payment(payment_id).intent_id or ""
    api = desk.till.sandbox.client.v1
    api.refunds.create(params={"payment_intent": intent, "amount": 4_000})
    for _ in range(2):
        desk.till.deliver(*desk.till.sandbox.events())
    desk.agrees(4_000, due=4_000)
    assert desk.work() == [
        "A refund was made in the card company’s own pages, without approval here."
    ]
    with pytest.raises(Exception, match=r"Only \$142.40"):
        desk.ask(payment_id, 14_241)


def test_a_refund_of_a_payment_that_is_not_ours_is_left_alone(desk: Desk) -> None:
    api = desk.till.sandbox.client.v1
    intent = api.payment_intents.create(
        params={"amount": 900, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    )
    api.refunds.create(params={"payment_intent": intent.id})
    assert set(desk.till.deliver(*desk.till.sandbox.events())) <= {"not_ours", "ignored"}
    assert desk.in_books() == 0
    assert desk.work() == []


def test_another_amount_than_asked_is_told_and_not_posted(desk: Desk) -> None:
    payment_id = desk.paid()
    refund_id = desk.ask(payment_id, 5_000)
    desk.till.sandbox.control("faults", **FAULTS["request lost"], **REFUNDS)
    desk.approve(refund_id)
    intent = desk.till.payment(payment_id).intent_id or ""
    params = {"payment_intent": intent, "amount": 4_000, "metadata": {"refund": str(refund_id)}}
    desk.till.sandbox.client.v1.refunds.create(params=params)  # type: ignore[arg-type]
    desk.till.deliver(*desk.till.sandbox.events())
    assert desk.in_books() == 0
    assert "reports $40.00, the refund was $50.00" in desk.work()[0]
