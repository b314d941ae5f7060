"""Every error of MSG-13, told by the sandbox as Twilio would, and what follows from it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.text_failures import REMEDIES
from portal.db import read_only
from portal.models.messages import MessageSwitch, OutboundMessage, TextNumber
from portal.models.payments import InboundEvent
from portal.models.work import WorkItem
from portal.queries.text_consents import standing_consents
from portal.services.record_delivery import answer_failure, receive_delivery, record_delivery
from portal.services.resume_texts import ReasonMissing, resume_texts
from sandbox.twilio_api import AUTH_TOKEN, signature
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, later, noon
from tests.services.text_world import Phone, phone, sign_up

pytestmark = pytest.mark.usefixtures("database_url")
CALLBACK = f"{PUBLIC_URL}/webhooks/twilio"
AT_ONCE = {
    "21211": "+15005550001",
    "21408": "+15005550003",
    "21610": "+15005550004",
    "21608": "+15005550005",
    "21635": "+15005550007",
    "21614": "+15005550009",
}
BY_CALLBACK = {
    "30005": "+15005550011",
    "30007": "+15005550012",
    "30003": "+15005550013",
    "30004": "+15005550014",
    "30006": "+15005550015",
    "30008": "+15005550016",
    "30001": "+15005550017",
    "30032": "+15005550018",
    "30034": "+15005550019",
    "30410": "+15005550020",
}


def fail(reader: Phone, message: OutboundMessage, at: datetime | None = None) -> OutboundMessage:
    """Send it, wait for what the sandbox makes of it, and tell that by a signed callback."""
    now = at or noon(DAY)
    state = reader.send(message, now)
    if state == "refused":
        answer_failure(message_id=message.id, public_url=PUBLIC_URL, now=now)
        return row(message.id)
    assert state == "sent"
    client, sid = reader.sandbox.sms()._client, row(message.id).provider_id
    for _ in range(100):
        told = client.messages(sid).fetch()
        if told.error_code:
            break
        time.sleep(0.03)
    form = {
        "MessageSid": sid,
        "MessageStatus": str(told.status),
        "ErrorCode": str(told.error_code),
    }
    callback(reader, form, now)
    return row(message.id)


def callback(reader: Phone, form: dict[str, str], now: datetime) -> str:
    signed = signature(CALLBACK, form, AUTH_TOKEN)
    if not receive_delivery(sms=reader.sandbox.sms(), form=form, signature=signed, now=now):
        return "duplicate"
    with read_only() as session:
        event_id = session.scalars(select(InboundEvent.id).order_by(InboundEvent.id.desc())).first()
    assert event_id
    return record_delivery(event_id=event_id, public_url=PUBLIC_URL, now=now)


def row(message_id: int) -> OutboundMessage:
    with read_only() as session:
        return session.get_one(OutboundMessage, message_id)


def follow_ups(reader: Phone) -> list[OutboundMessage]:
    return [message for message in reader.messages() if message.fallback_of_id]


def work() -> dict[str, WorkItem]:
    with read_only() as session:
        return {item.kind: item for item in session.scalars(select(WorkItem))}


@pytest.mark.parametrize(("code", "number"), sorted((AT_ONCE | BY_CALLBACK).items()))
def test_MSG_13_every_code_as_the_provider_tells_it(
    sandbox: SandboxServer, tmp_path: Path, code: str, number: str
) -> None:
    reader = phone(sandbox, tmp_path, number=number)
    sign_up(reader.account_id)
    reader.queue()
    failed = fail(reader, reader.only())
    remedy = REMEDIES[code]
    assert failed.error == code
    assert failed.ended_at == noon(DAY)
    with read_only() as session:
        bad = session.get(TextNumber, number)
        switch = session.get(MessageSwitch, "texts")
        agreed = standing_consents(session, phone=number, account_id=reader.account_id)
    assert (bad is not None) is remedy.bad_number
    assert ("bad_number" in work()) is remedy.bad_number
    assert (switch is not None and switch.reason == code) is remedy.stops_texts
    assert ("texts_alert" in work()) is remedy.alert
    assert (agreed == ()) is remedy.opted_out
    [follow_up] = follow_ups(reader)
    if remedy.retries:
        assert (follow_up.channel, follow_up.not_before) == (
            "sms",
            noon(DAY) + remedy.retries[0],
        )
    else:
        assert (follow_up.channel, follow_up.template) == ("email", "bill_notice")
        assert reader.send(follow_up, noon(DAY)) == "sent"


def test_MSG_13_an_unreachable_phone_is_tried_twice_then_told_otherwise(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number=BY_CALLBACK["30003"])
    sign_up(reader.account_id)
    reader.queue()
    for _ in range(3):
        message = reader.messages()[-1]
        fail(reader, message, message.not_before)
    assert [(m.channel, m.tries) for m in reader.messages()][:3] == [
        ("sms", 1),
        ("sms", 2),
        ("sms", 3),
    ]
    assert [m.channel for m in reader.messages()][3:] == ["email"]
    assert reader.messages()[2].sent_at == noon(DAY) + timedelta(hours=24)


def test_MSG_13_without_a_proven_address_a_person_gets_it(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number=BY_CALLBACK["30004"])
    reader.queue()
    fail(reader, reader.only())
    assert follow_ups(reader) == []
    assert work()["unreached"].guarantor_account_id == reader.account_id


def test_MSG_12_the_same_callback_twice_makes_one_follow_up(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number=BY_CALLBACK["30006"])
    sign_up(reader.account_id)
    reader.queue()
    failed = fail(reader, reader.only())
    form = {"MessageSid": failed.provider_id, "MessageStatus": "undelivered", "ErrorCode": "30006"}
    assert callback(reader, form, noon(DAY)) == "duplicate"
    form["MessageStatus"] = "failed"
    assert callback(reader, form, noon(DAY)) == "late"
    assert len(follow_ups(reader)) == 1


def test_MSG_16_the_fallback_is_judged_too_when_it_leaves(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number=BY_CALLBACK["30006"])
    sign_up(reader.account_id)
    reader.queue()
    fail(reader, reader.only())
    later(lambda book: book.pay(reader.bill, 5000, on=DAY))
    [email] = follow_ups(reader)
    assert reader.send(email, noon(DAY)) == "canceled"


def test_MSG_13_filtered_texts_stop_until_a_person_resumes_them(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number=BY_CALLBACK["30007"])
    reader.queue()
    fail(reader, reader.only())
    other = phone(sandbox, tmp_path / "other", first_name="Otha")
    other.queue()
    assert other.send(other.only(), noon(DAY)) == "queued"
    manager = add_staff("manager")
    with pytest.raises(ReasonMissing):
        resume_texts(reason=" ", staff=manager, now=noon(DAY))
    assert resume_texts(reason="Registered the new wording.", staff=manager, now=noon(DAY))
    assert not resume_texts(reason="Again.", staff=manager, now=noon(DAY))
    assert other.send(other.only(), noon(DAY)) == "sent"
