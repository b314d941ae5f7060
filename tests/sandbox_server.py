"""The stand-ins as a process of their own, and what a shopper does on their pages."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import stripe

from portal.adapters.stripe import StripeGateway
from portal.adapters.twilio import TwilioSms
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN
from sandbox.webhooks import signature

KEY = "sk_test_kindbill"
SECRET = "whsec_of_the_tests"
PUBLIC_URL = "http://localhost:8000"
GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000000000003220"


@dataclass(frozen=True)
class Event:
    """A webhook as Stripe would post it."""

    type: str
    object_id: str
    body: bytes

    @property
    def signature(self) -> str:
        return signature(self.body, SECRET, int(time.time()))


@dataclass(frozen=True)
class SandboxServer:
    """A running sandbox; each test begins with `fresh()`."""

    url: str
    smtp_port: int

    def fresh(self, now: datetime) -> SandboxServer:
        """Empty it, and set its clock to the test's."""
        self.control("reset")
        self.control("clock", advance=int(now.timestamp() - time.time()))
        return self

    def control(self, name: str, **wanted: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sim/{name}", json=wanted, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def charged(self) -> int:
        """The provider's own total of what it took from cards: the oracle."""
        return self.control("totals")["charged"]

    @property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(KEY, base_addresses={"api": self.url})

    def gateway(self, api_base: str | None = None) -> StripeGateway:
        return StripeGateway(
            secret_key=KEY,
            webhook_secret=SECRET,
            page_url=f"{PUBLIC_URL}/pay/{{payment_id}}",
            api_base=api_base or self.url,
        )

    def sms(self, callback_url: str = f"{PUBLIC_URL}/webhooks/twilio") -> TwilioSms:
        return TwilioSms(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            sender="+15005550006",
            callback_url=callback_url,
            api_base=self.url,
        )

    def pay(self, checkout_url: str, number: str = GOOD, **fields: str) -> requests.Response:
        """Press Pay on the hosted page; the answer is not followed."""
        form = {"number": number, "expiry": "12/34", "cvc": "123", **fields}
        return requests.post(checkout_url, data=form, allow_redirects=False, timeout=10)

    def authenticate(self, answer: requests.Response, outcome: str) -> requests.Response:
        """Go on at the bank's step."""
        step = self.url + answer.headers["Location"]
        return requests.post(step, data={"outcome": outcome}, allow_redirects=False, timeout=10)

    def events(self) -> list[Event]:
        """Every event so far, oldest first, as it would be posted."""
        found = self.client.v1.events.list(params={"limit": 100}).data
        return [
            Event(e.type, e.data.object["id"], json.dumps(e.to_dict()).encode())
            for e in reversed(found)
        ]


@contextmanager
def running() -> Iterator[SandboxServer]:
    """Start `python -m sandbox` on free ports and stop it at the end."""
    port, smtp_port = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", str(smtp_port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        server = SandboxServer(f"http://127.0.0.1:{port}", smtp_port)
        for _ in range(200):
            try:
                requests.get(f"{server.url}/_sim/totals", timeout=1)
                break
            except requests.ConnectionError:
                assert process.poll() is None, "the sandbox ended"
                time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
