"""The sandbox's phones: one conversation a number, and texting back through the signed webhook."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from flask import Flask, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.twilio_api import AUTH_TOKEN, Messages
from sandbox.world import World
from tests.sandbox_server import SandboxServer, free_port

PHONE, OTHER = "+12025550142", "+12025550143"


@dataclass
class Practice:
    """Whoever listens to the number's webhook."""

    url: str
    status: int = 200
    heard: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def practice() -> Iterator[Practice]:
    port = free_port()
    listener = Practice(f"http://127.0.0.1:{port}/inbound")
    listening = Flask("listener")

    @listening.post("/inbound")
    def inbound() -> tuple[str, int]:
        facts = request.form.to_dict()
        genuine = RequestValidator(AUTH_TOKEN).validate(
            listener.url, facts, request.headers["X-Twilio-Signature"]
        )
        if genuine:
            listener.heard.append(facts)
        return "", listener.status if genuine else 403

    server = make_server("127.0.0.1", port, listening)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield listener
    server.shutdown()
    thread.join()


@pytest.fixture
def browser(practice: Practice, tmp_path: Any) -> Any:
    world = World(str(tmp_path / "sandbox.sqlite"))
    return create_app(world, Messages(world, inbound_url=practice.url)).test_client()


def write(browser: Any, body: str, number: str = PHONE) -> Any:
    return browser.post("/phones", data={"number": number, "body": body})


def shown(page: Any) -> str:
    return str(page.get_data(as_text=True))


def test_a_phone_texts_the_practice_through_the_signed_webhook(
    browser: Any, practice: Practice
) -> None:
    answer = write(browser, "Hello <b>there</b>", "(202) 555-0142")
    assert (answer.status_code, answer.location) == (302, f"/phones/{PHONE}?sent=1#latest")
    [heard] = practice.heard
    assert (heard["From"], heard["Body"]) == (PHONE, "Hello <b>there</b>")
    assert "OptOutType" not in heard
    page = shown(browser.get(f"/phones/{PHONE}"))
    assert "Hello &lt;b&gt;there" in page
    assert "From this phone" in page


@pytest.mark.parametrize(("word", "kind"), [("STOP", "STOP"), ("yes", "START"), ("Info", "HELP")])
def test_MSG_11_the_stand_in_answers_its_own_words_once_and_says_so(
    browser: Any, practice: Practice, word: str, kind: str
) -> None:
    write(browser, word)
    assert practice.heard[0]["OptOutType"] == kind
    assert shown(browser.get("/inbox")).count("From the practice") == 1


def test_each_number_is_a_phone_of_its_own_with_the_newest_text_last(browser: Any) -> None:
    write(browser, "first")
    write(browser, "second")
    write(browser, "another", OTHER)
    page = shown(browser.get("/inbox"))
    assert page.count('class="phone"') == 2
    assert page.index("another") < page.index("first") < page.index("second")
    alone = shown(browser.get(f"/phones/{PHONE}"))
    assert alone.index("first") < alone.index("second")
    assert "another" not in alone


@pytest.mark.parametrize(
    ("number", "body"),
    [("", "hi"), ("12", "hi"), ("+15005550006", "hi"), (PHONE, " "), (PHONE, "x" * 1601)],
)
def test_half_a_text_is_asked_for_again(
    browser: Any, practice: Practice, number: str, body: str
) -> None:
    assert write(browser, body, number).status_code == 400
    assert practice.heard == []


def test_a_practice_that_refuses_is_shown(browser: Any, practice: Practice) -> None:
    practice.status = 503
    assert "The practice answered 503." in shown(write(browser, "hi"))


def test_the_sandbox_alone_has_phones_too(sandbox: SandboxServer) -> None:
    answer = requests.post(f"{sandbox.url}/phones", data={"number": PHONE, "body": "hi"}, timeout=5)
    assert answer.ok
    assert "No practice listens" in requests.get(f"{sandbox.url}/phones/{PHONE}", timeout=5).text
