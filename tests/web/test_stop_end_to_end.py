"""STOP from a phone in the sandbox, through the signed webhook and a worker of its own, within five seconds (MSG-3)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.app import create_app
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage
from portal.queries.text_consents import TextCategory
from portal.services.record_text_consent import Said, grant_texts
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN
from tests.sandbox_server import SandboxServer, free_port
from tests.services.ledger_book import Book

PHONE = "+12125550171"
PATIENCE_SECONDS = 30
LIMIT_SECONDS = 5


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        public_url=f"http://127.0.0.1:{free_port()}",
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_api_base=sandbox.url,
    )


@contextmanager
def serving(flask_app: Flask, settings: Settings) -> Iterator[None]:
    port = int(settings.public_url.rpartition(":")[2])
    server = make_server("127.0.0.1", port, flask_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()


@contextmanager
def working(settings: Settings, database_url: str, home: Path) -> Iterator[None]:
    """`python -m portal worker` until the end."""
    environment = os.environ | {
        "KINDBILL_HOME": str(home),
        "KINDBILL_DATABASE_URL": database_url,
        "KINDBILL_PUBLIC_URL": settings.public_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE": settings.twilio_api_base or "",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "worker"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def seconds_until(check: Callable[[], bool], limit: float) -> float:
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if check():
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not within {limit} seconds")


def sent(template: str) -> bool:
    with read_only() as session:
        state = session.scalar(
            select(OutboundMessage.state).where(OutboundMessage.template == template)
        )
    return state in {"sent", "delivered"}


def stopped() -> bool:
    with read_only() as session:
        return bool(session.scalar(select(TextConsent.id).where(~TextConsent.granted).limit(1)))


def test_MSG_3_stop_is_honoured_and_confirmed_within_five_seconds(
    settings: Settings, database_url: str, sandbox: SandboxServer, tmp_path: Path
) -> None:
    with transaction() as session:
        book = Book(session)
        book.practice(name="Riverside Family Medicine")
        account = book.account(mobile=PHONE, last_name="Sample")
        grant_texts(
            session,
            phone=PHONE,
            category=TextCategory.BILLING,
            guarantor_account_id=account.id,
            said=Said(source="web"),
            now=datetime.now(UTC),
        )
    url = f"{settings.public_url}/webhooks/twilio/inbound"
    with serving(create_app(settings), settings), working(settings, database_url, tmp_path):
        # The first text waits for the worker to be up; the second is what is timed.
        answer = sandbox.control("sms", **{"from": "+12125550199", "body": "Help me", "url": url})
        assert answer["status"] == 200
        seconds_until(lambda: sent("text_received"), PATIENCE_SECONDS)
        began = time.monotonic()
        sandbox.control("sms", **{"from": PHONE, "body": "no más mensajes", "url": url})
        seconds_until(lambda: stopped() and sent("opt_out"), LIMIT_SECONDS)
        assert time.monotonic() - began < LIMIT_SECONDS
    page = requests.get(f"{sandbox.url}/inbox", timeout=5).text
    assert page.count("You are opted out and will get no more texts") == 1
