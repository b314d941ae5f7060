"""What the provider tells us later: in any order, twice, forged, or about money that is not ours."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.work import WorkItem
from portal.ports import ForgedMessage
from portal.services.receive_event import receive_event
from portal.services.take_payment import StillChecking
from sandbox.webhooks import signature
from tests.sandbox_server import DECLINED, SECRET, SandboxServer
from tests.services.till import Till, open_till


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def test_expired_page_is_over_and_a_new_one_opens(till: Till) -> None:
    first = till.start()
    till.sandbox.control("clock", advance=3600)
    till.deliver(*till.sandbox.events())
    assert till.payment(first.payment_id).state == "canceled"
    till.now += timedelta(hours=1)
    second = till.paid()
    till.look(second.payment_id)
    till.agrees(18_240)


def test_PCI_6_events_twice_and_backwards_post_once(till: Till) -> None:
    till.paid()
    events = till.sandbox.events()
    assert set(till.deliver(*reversed(events))) <= {"moved", "unchanged", "ignored"}
    assert set(till.deliver(*events)) == {"duplicate"}
    till.agrees(18_240)


def test_a_decline_told_after_the_payment_that_followed_changes_nothing(till: Till) -> None:
    started = till.start()
    till.sandbox.pay(started.checkout_url or "", DECLINED)
    till.sandbox.pay(started.checkout_url or "")
    events = till.sandbox.events()
    late = [event for event in events if event.type.endswith(("payment_failed", "charge.failed"))]
    assert len(late) == 2
    till.deliver(*(event for event in events if event not in late))
    till.agrees(18_240)
    assert set(till.deliver(*late)) == {"unchanged"}
    assert till.payment(started.payment_id).state == "succeeded"
    till.agrees(18_240)


def test_webhook_after_the_return_page_changes_nothing(till: Till) -> None:
    started = till.paid()
    till.look(started.payment_id)
    assert "moved" not in till.deliver(*till.sandbox.events())
    till.agrees(18_240)


def test_webhook_and_return_page_at_once_post_once(till: Till) -> None:
    started = till.paid()
    events = till.sandbox.events()
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(till.look, started.payment_id) for _ in range(2)]
        work += [pool.submit(till.handle, event) for event in events[-2:]]
    for done in work:
        done.result()
    till.look(started.payment_id)
    till.agrees(18_240)


def test_PCI_6_forged_event_is_not_stored(till: Till) -> None:
    till.paid()
    event = till.sandbox.events()[-1]
    for forged in ("", "t=1,v1=00", event.signature.replace("v1=", "v1=0")):
        with pytest.raises(ForgedMessage):
            receive_event(gateway=till.gateway, body=event.body, signature=forged, now=till.now)
    changed = event.body.replace(b"18240", b"1")
    with pytest.raises(ForgedMessage):
        receive_event(gateway=till.gateway, body=changed, signature=event.signature, now=till.now)
    assert till.taken() == 0


@pytest.mark.parametrize(("age", "genuine"), [(290, True), (301, False), (86_400, False)])
def test_PCI_6_an_old_signature_is_refused(till: Till, age: int, genuine: bool) -> None:
    till.paid()
    body = till.sandbox.events()[-1].body
    signed = signature(body, SECRET, int(time.time()) - age)
    if genuine:
        assert receive_event(gateway=till.gateway, body=body, signature=signed, now=till.now)
        return
    with pytest.raises(ForgedMessage):
        receive_event(gateway=till.gateway, body=body, signature=signed, now=till.now)


def test_payments_made_by_others_on_the_account_are_left_alone(till: Till) -> None:
    for metadata in ({}, {"payment": "not-a-uuid"}, {"payment": str(uuid4())}):
        till.sandbox.client.v1.payment_intents.create(
            params={
                "amount": 900,
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "metadata": metadata,
            }
        )
    assert set(till.deliver(*till.sandbox.events())) == {"not_ours"}
    assert till.taken() == 0


def test_PCI_6_another_amount_than_asked_is_reported_not_posted(till: Till) -> None:
    started = till.start()
    till.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 100,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {"payment": str(started.payment_id)},
        }
    )
    assert "mismatch" in till.deliver(*till.sandbox.events())
    assert till.taken() == 0
    with read_only() as session:
        [item] = session.scalars(select(WorkItem)).all()
    assert (item.kind, item.amount) == ("payment_mismatch", Money(100))


def test_a_second_charge_for_one_payment_is_reported(till: Till) -> None:
    started = till.paid()
    till.look(started.payment_id)
    till.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 18_240,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {"payment": str(started.payment_id)},
        }
    )
    assert "mismatch" in till.deliver(*till.sandbox.events())
    assert (till.taken(), till.sandbox.charged()) == (18_240, 36_480)
    with read_only() as session:
        [item] = session.scalars(select(WorkItem)).all()
    assert item.reasons == ["The card company took a second charge for one payment."]


def test_a_dispute_becomes_work_for_a_person(till: Till) -> None:
    started = till.start()
    assert started.checkout_url
    till.sandbox.pay(started.checkout_url, "4000000000000259")
    assert "moved" in till.deliver(*till.sandbox.events())
    with read_only() as session:
        [item] = session.scalars(select(WorkItem)).all()
    assert (item.kind, item.guarantor_account_id) == ("card_dispute", till.account_id)
    till.agrees(18_240)


def test_bank_debit_is_pending_for_days_then_paid(till: Till) -> None:
    started = till.start()
    assert started.checkout_url
    till.sandbox.pay(started.checkout_url, account="000123456789")
    till.look(started.payment_id)
    assert till.payment(started.payment_id).state == "processing"
    with pytest.raises(StillChecking):
        till.start()
    till.sandbox.control("clock", advance=5 * 86_400)
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)


def test_bank_debit_that_comes_back_fails(till: Till) -> None:
    started = till.start()
    assert started.checkout_url
    till.sandbox.pay(started.checkout_url, account="000222222227")
    till.look(started.payment_id)
    till.sandbox.control("clock", advance=5 * 86_400)
    till.deliver(*till.sandbox.events())
    assert till.payment(started.payment_id).state == "failed"
    till.agrees(0)
