"""The Twilio adapter against the stand-in, through the official client."""

from __future__ import annotations

import http.server
import threading
import time
from datetime import datetime
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from portal.adapters.twilio import TwilioSms
from portal.ports import ForgedMessage, OptedOut, OutcomeUnknown, Refused
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN, signature
from tests.sandbox_server import PUBLIC_URL, SandboxServer

PHONE = "+12025550142"
CALLBACK = f"{PUBLIC_URL}/webhooks/twilio"


@pytest.fixture
def sms(sandbox: SandboxServer) -> TwilioSms:
    return sandbox.sms()


def test_a_text_is_accepted_and_found_again(sms: TwilioSms, now: datetime) -> None:
    sent = sms.send(to=PHONE, body="123456 is your code")
    assert sms.find(to=PHONE, body="123456 is your code", since=now) == sent
    assert sms.find(to=PHONE, body="another", since=now) is None


def test_a_lost_answer_is_unknown_and_can_be_looked_up(
    sms: TwilioSms, sandbox: SandboxServer, now: datetime
) -> None:
    sandbox.control("faults", do="error", status=503, where="after", path="Messages.json")
    with pytest.raises(OutcomeUnknown):
        sms.send(to=PHONE, body="once")
    assert sms.find(to=PHONE, body="once", since=now)


@pytest.mark.parametrize(
    ("to", "error"),
    [("+15005550001", Refused), ("+15005550009", Refused), ("+15005550004", OptedOut)],
)
def test_numbers_that_cannot_be_texted(sms: TwilioSms, to: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        sms.send(to=to, body="hello")


def test_MSG_12_stop_is_respected_until_start(sms: TwilioSms, sandbox: SandboxServer) -> None:
    sandbox.control("sms", **{"from": PHONE, "body": "Stop"})
    with pytest.raises(OptedOut):
        sms.send(to=PHONE, body="hello")
    sandbox.control("sms", **{"from": PHONE, "body": "START"})
    assert sms.send(to=PHONE, body="hello").provider_id.startswith("SM")


def test_nobody_there_is_unknown(sandbox: SandboxServer) -> None:
    nowhere = TwilioSms(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender="+15005550006",
        callback_url=CALLBACK,
        api_base="http://127.0.0.1:9",
    )
    with pytest.raises(OutcomeUnknown):
        nowhere.send(to=PHONE, body="hello")


def test_MSG_12_only_a_signed_callback_counts(sms: TwilioSms) -> None:
    facts = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "30003"}
    told = sms.verify_callback(form=facts, signature=signature(CALLBACK, facts, AUTH_TOKEN))
    assert (told.provider_id, told.status, told.error) == ("SM1", "failed", "30003")
    for forged in ("", signature(CALLBACK, facts, "another"), signature("x", facts, AUTH_TOKEN)):
        with pytest.raises(ForgedMessage):
            sms.verify_callback(form=facts, signature=forged)


def test_without_a_token_no_callback_is_genuine(sandbox: SandboxServer) -> None:
    unset = TwilioSms(account_sid="", auth_token="", sender="", callback_url=CALLBACK)
    with pytest.raises(ForgedMessage):
        unset.verify_callback(form={}, signature=signature(CALLBACK, {}, ""))


def test_the_inbox_shows_a_text_once_it_is_delivered(
    sms: TwilioSms, sandbox: SandboxServer
) -> None:
    import requests

    sms.send(to=PHONE, body="Open http://localhost:8000/confirm <now>")
    for _ in range(50):
        page = requests.get(f"{sandbox.url}/inbox", timeout=5).text
        if "delivered" in page:
            break
        time.sleep(0.05)
    assert PHONE in page
    assert '<a href="http://localhost:8000/confirm">' in page
    assert "&lt;now&gt;" in page
    assert "delivered" in page


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 160, 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("\u2019" * 70, 1),
        ("\u2019" * 71, 2),
        ("\N{GRINNING FACE}" * 35, 1),
    ],
)
def test_segments_are_counted_as_carriers_do(sandbox: SandboxServer, body: str, count: int) -> None:
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = sandbox.url
    sent = client.messages.create(to=PHONE, from_="+15005550006", body=body)
    assert sent.num_segments == str(count)


def test_MSG_12_status_callbacks_come_signed_and_in_order(sandbox: SandboxServer) -> None:
    told: list[tuple[str, bool]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            signed = self.headers["X-Twilio-Signature"]
            genuine = RequestValidator(AUTH_TOKEN).validate(url, form, signed)
            told.append((form["MessageStatus"], genuine))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    sandbox.sms(callback_url=url).send(to="+15005550011", body="hello")
    for _ in range(100):
        if len(told) == 3:
            break
        time.sleep(0.05)
    server.shutdown()
    assert told == [("sending", True), ("sent", True), ("undelivered", True)]
