"""The web process dies between asking for the card company's page and keeping its answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from portal.config import Settings
from tests.sandbox_server import KEY, SECRET, SandboxServer, free_port
from tests.services.payment_laws import broken
from tests.services.till import Till, open_till
from tests.web.pages import PageClient, parse, words

ROOT = Path(__file__).resolve().parents[2]
FIELDS = ("csrf_token", "payment", "account", "scope", "visit", "cents")


@pytest.fixture
def now() -> datetime:
    """The server has a real clock, so the bills and the card company live today."""
    return datetime.now(UTC)


class Web:
    """`python -m portal serve` with one process, and a browser that is signed in to it."""

    def __init__(self, settings: Settings, sandbox: SandboxServer) -> None:
        self.url = f"http://localhost:{free_port()}"
        self.environment = os.environ | {
            "KINDBILL_HOME": str(settings.home),
            "KINDBILL_DATABASE_URL": settings.database_url or "",
            "KINDBILL_PORT": str(urlsplit(self.url).port),
            "KINDBILL_SECRET_KEYS": ",".join(settings.secret_keys),
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": sandbox.url,
        }
        self.browser = requests.Session()

    def start(self) -> None:
        command = [sys.executable, "-m", "portal", "serve", "--workers", "1"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):  # not there yet, or still importing
                requests.get(f"{self.url}/healthz", timeout=5)
                return
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """Master and worker at once, without a word."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def sign_in(self, client: PageClient) -> None:
        """The cookie that the same keys and database gave to a browser in this process."""
        cookie = client.http.get_cookie(client.flask_app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.browser.cookies.set(cookie.key, cookie.value, domain="localhost.local")

    def form(self, path: str) -> dict[str, str]:
        page = self.browser.get(self.url + path, timeout=20)
        assert page.ok, page.text[:400]
        found = {
            field.get("name"): field.get("value", "")
            for field in parse(page.text).iter("{http://www.w3.org/1999/xhtml}input")
        }
        return {name: found[name] for name in FIELDS}

    def press_pay(self, form: dict[str, str]) -> str:
        answer = self.browser.post(
            f"{self.url}/pay/begin", data=form, allow_redirects=False, timeout=20
        )
        return answer.headers["Location"]

    def heading(self, path: str) -> str:
        page = self.browser.get(self.url + path, timeout=20)
        [h1] = parse(page.text).iter("{http://www.w3.org/1999/xhtml}h1")
        return words(h1)


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    sandbox.control("webhooks", mode="hold")
    return open_till(sandbox, now)


@pytest.fixture
def web(
    till: Till, settings: Settings, as_patient: Callable[..., PageClient], sandbox: SandboxServer
) -> Iterator[Web]:
    web = Web(settings, sandbox)
    web.sign_in(as_patient(till.account_id))
    web.start()
    yield web
    web.kill()
    sandbox.control("reset")


def pages_there(sandbox: SandboxServer) -> list[str]:
    return [page.url or "" for page in sandbox.client.v1.checkout.sessions.list().data]


def die_in_mid_charge(web: Web, sandbox: SandboxServer) -> dict[str, str]:
    """Killed when the page is made there and its answer is still on the way; the form that was sent."""
    form = web.form("/pay")
    late = {"do": "delay", "secs": 5, "where": "after", "method": "POST"}
    sandbox.control("faults", path="/v1/checkout/sessions", **late)

    def press() -> None:
        with suppress(requests.RequestException):
            web.press_pay(form)

    pressing = threading.Thread(target=press)
    pressing.start()
    deadline = time.monotonic() + 10
    while not pages_there(sandbox) and time.monotonic() < deadline:
        time.sleep(0.02)
    web.kill()
    pressing.join(10)
    return form


def test_a_web_process_killed_in_mid_charge_charges_once(
    web: Web, till: Till, sandbox: SandboxServer
) -> None:
    form = die_in_mid_charge(web, sandbox)
    [page] = pages_there(sandbox)
    [payment] = till.payments()
    assert (payment.state, payment.session_id) == ("submitting", None), "killed before it was kept"
    web.start()
    assert web.heading(f"/pay/{form['payment']}") == "You have not paid yet"
    assert web.press_pay(form) == page
    sandbox.pay(page)
    assert web.heading(f"/pay/{form['payment']}/return") == "Your receipt"
    till.agrees(18_240)
    assert (len(pages_there(sandbox)), broken(till)) == (1, [])


def test_money_taken_while_the_web_was_dead_is_found(
    web: Web, till: Till, sandbox: SandboxServer
) -> None:
    form = die_in_mid_charge(web, sandbox)
    [page] = pages_there(sandbox)
    sandbox.pay(page)
    web.start()
    assert web.heading(f"/pay/{form['payment']}") == "Your receipt"
    till.agrees(18_240)
    assert web.press_pay(form) == f"/pay/{form['payment']}", "the same form leads to the truth"
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)
    assert broken(till) == []
