"""The webhook of texts: genuine ones are stored once, forged ones refused, whatever they hold (MSG-12)."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.config import Settings
from portal.db import read_only
from portal.models.messages import ThreadMessage
from sandbox import twilio_api
from tests.web.pages import Page

URL = "http://localhost:8000/webhooks/twilio/inbound"
TOKEN = "token-of-the-tests"
PHONE = "+12025550142"
ODD_BODIES = [
    "",
    "👩🏽‍⚕️🛑😀",
    "שלום, מה החשבון שלי?",
    "\u202eيرجى الاتصال\u202c",
    "x" * 1600,
    "y" * 5000,
    "null \x00 byte",
    "' OR 1=1; DROP TABLE thread_messages; --",
    "<script>alert(1)</script> {{ 7 * 7 }} %s %(x)s",
    "line\r\nline\ttab",
]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio_auth_token=TOKEN)


def text_in(
    flask_app: Flask, body: str = "hello", *, token: str = TOKEN, url: str = URL, **fields: str
) -> Page:
    facts = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": PHONE, "Body": body, **fields}
    header = twilio_api.signature(url, facts, token)
    client = flask_app.test_client()
    return Page(
        client.post("/webhooks/twilio/inbound", data=facts, headers={"X-Twilio-Signature": header})
    )


def stored() -> list[ThreadMessage]:
    with read_only() as session:
        return list(session.scalars(select(ThreadMessage).order_by(ThreadMessage.id)))


def jobs() -> int:
    with read_only() as session:
        found = session.execute(
            text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'handle_text'")
        )
        return int(found.scalar_one())


def test_MSG_12_a_text_is_stored_once_and_answered_with_nothing(patient_app: Flask) -> None:
    pages = [text_in(patient_app, "hello", MessageSid="SM1") for _ in range(3)]
    assert [page.status for page in pages] == [200] * 3
    assert pages[0].response.get_data(as_text=True) == "<Response></Response>"
    assert pages[0].response.mimetype == "text/xml"
    [message] = stored()
    assert (message.phone, message.body, message.kind) == (PHONE, "hello", "received")
    assert jobs() == 1


@pytest.mark.parametrize(
    ("token", "url"),
    [
        ("another", URL),
        (TOKEN, "http://localhost:8000/webhooks/twilio"),
        (TOKEN, "http://evil.example/webhooks/twilio/inbound"),
    ],
)
def test_MSG_12_a_forged_text_is_refused(patient_app: Flask, token: str, url: str) -> None:
    assert text_in(patient_app, "STOP", token=token, url=url).status == 403
    assert stored() == []


def test_MSG_12_a_changed_or_unsigned_text_is_refused(patient_app: Flask) -> None:
    facts = {"MessageSid": "SM1", "From": PHONE, "Body": "hello"}
    header = twilio_api.signature(URL, facts, TOKEN)
    client = patient_app.test_client()
    for headers, form in (
        ({}, facts),
        ({"X-Twilio-Signature": header}, facts | {"Body": "STOP"}),
        ({"X-Twilio-Signature": header}, facts | {"From": "+12025550143"}),
    ):
        answer = client.post("/webhooks/twilio/inbound", data=form, headers=headers)
        assert answer.status_code == 403
    assert stored() == []


def test_MSG_12_a_signed_form_without_an_id_is_no_text(patient_app: Flask) -> None:
    assert text_in(patient_app, MessageSid="").status == 403


def test_MSG_12_any_body_is_taken(patient_app: Flask) -> None:
    for body in ODD_BODIES:
        assert text_in(patient_app, body, NumMedia="many").status == 200, body[:40]
    kept = [message.body for message in stored()]
    assert kept == [body.replace("\0", "")[:1600].strip() for body in ODD_BODIES]


def test_PCI_5_a_card_number_in_a_text_is_not_stored(patient_app: Flask) -> None:
    text_in(patient_app, "my card is 4242424242424242 thanks")
    assert stored()[0].body == "my card is [card number removed] thanks"


def test_a_picture_is_counted_and_not_kept(patient_app: Flask) -> None:
    text_in(patient_app, "", NumMedia="1", MediaUrl0="https://api.twilio.com/x")
    assert stored()[0].body == "[1 picture or file came with this text and was not kept]"


def test_HIPAA_18_the_log_holds_neither_number_nor_words(
    patient_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    from portal.web.logging import JsonLines

    text_in(patient_app, "I am Zebulon Quillfeather")
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "request" in logged
    for secret in ("2025550142", "Zebulon", "Quillfeather"):
        assert secret not in logged
