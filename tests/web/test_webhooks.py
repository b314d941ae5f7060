"""Webhooks: genuine ones are stored once, forged ones refused, none touches money itself."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.messages import OutboundMessage
from portal.models.payments import InboundEvent
from portal.ports import RetryLater
from portal.services.record_delivery import record_delivery
from sandbox import twilio_api
from sandbox.webhooks import signature
from tests.conftest import NOW
from tests.sandbox_server import SECRET

URL = "http://localhost:8000/webhooks/twilio"
TOKEN = "token-of-the-tests"
EVENT = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
    }
).encode()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, stripe_webhook_secret=SECRET, twilio_auth_token=TOKEN)


def stored() -> list[InboundEvent]:
    with read_only() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))


def stripe_says(patient_app: Flask, body: bytes, header: str) -> int:
    client = patient_app.test_client()
    answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header})
    return answer.status_code


def test_PCI_6_genuine_event_is_stored_once(patient_app: Flask) -> None:
    header = signature(EVENT, SECRET, int(time.time()))
    assert [stripe_says(patient_app, EVENT, header) for _ in range(3)] == [200] * 3
    [event] = stored()
    assert (event.type, event.object_id, event.done_at) == (
        "checkout.session.completed",
        "cs_test_1",
        None,
    )


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 403), (1_000_001, 413)])
def test_PCI_6_what_is_too_large_for_an_event_is_not_read(
    patient_app: Flask, size: int, status: int
) -> None:
    assert stripe_says(patient_app, b" " * size, "t=1,v1=0") == status
    assert stored() == []


@pytest.mark.parametrize(
    ("secret", "age", "body"),
    [("whsec_wrong", 0, EVENT), (SECRET, 3600, EVENT), (SECRET, 0, EVENT + b" ")],
)
def test_PCI_6_forged_old_or_changed_event_is_refused(
    patient_app: Flask, secret: str, age: int, body: bytes
) -> None:
    header = signature(EVENT, secret, int(time.time()) - age)
    assert stripe_says(patient_app, body, header) == 403
    assert stripe_says(patient_app, body, "") == 403
    assert stored() == []


def twilio_says(patient_app: Flask, status: str, *, token: str = TOKEN, error: str = "") -> int:
    facts = {"MessageSid": "SM1", "MessageStatus": status, "To": "+12025550142"}
    if error:
        facts["ErrorCode"] = error
    header = twilio_api.signature(URL, facts, token)
    client = patient_app.test_client()
    answer = client.post("/webhooks/twilio", data=facts, headers={"X-Twilio-Signature": header})
    return answer.status_code


def a_text(state: str = "sent") -> None:
    with transaction() as session:
        session.add(
            OutboundMessage(
                channel="sms",
                recipient="+12025550142",
                template="code",
                body="123456 is your code",
                state=state,
                provider_id="SM1",
                created_at=NOW,
            )
        )


def state() -> str:
    with read_only() as session:
        return session.scalars(select(OutboundMessage.state)).one()


def record_all() -> list[str]:
    return [
        record_delivery(event_id=event.id, public_url="http://localhost:8000", now=NOW)
        for event in stored()
    ]


def test_MSG_12_forged_callback_is_refused(patient_app: Flask) -> None:
    assert twilio_says(patient_app, "delivered", token="another") == 403
    assert stored() == []


def test_MSG_12_callbacks_out_of_order_only_move_forward(patient_app: Flask) -> None:
    a_text()
    for status in ("delivered", "sent", "sending", "delivered"):
        assert twilio_says(patient_app, status) == 204
    assert record_all() == ["moved", "late", "late"]
    assert state() == "delivered"
    assert record_all() == ["moved", "late", "late"], "told twice, done once"


def test_MSG_12_undelivered_keeps_its_reason(patient_app: Flask) -> None:
    a_text()
    twilio_says(patient_app, "undelivered", error="30005")
    record_all()
    with read_only() as session:
        message = session.scalars(select(OutboundMessage)).one()
    assert (message.state, message.error) == ("undelivered", "30005")


def test_MSG_12_callback_that_overtakes_our_note_is_tried_again(patient_app: Flask) -> None:
    twilio_says(patient_app, "delivered")
    with pytest.raises(RetryLater):
        record_all()
    a_text()
    assert record_all() == ["moved"]


def test_the_phone_number_is_not_stored_with_the_callback(patient_app: Flask) -> None:
    twilio_says(patient_app, "delivered")
    [event] = stored()
    assert "2025550142" not in json.dumps(event.payload) + event.event_id + event.object_id
