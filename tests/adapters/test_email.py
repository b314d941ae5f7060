"""E-mail over SMTP into the stand-in's inbox."""

from __future__ import annotations

import pytest
import requests

from portal.adapters.email import SmtpEmail
from portal.ports import RetryLater
from tests.sandbox_server import SandboxServer, free_port


def test_an_email_arrives_as_it_was_written(sandbox: SandboxServer) -> None:
    post = SmtpEmail(url=f"smtp://127.0.0.1:{sandbox.smtp_port}", sender="billing@example.com")
    words = "Your receipt\n\nhttp://localhost:8000/receipts/R-1 – thank you.\n"
    accepted = post.send(
        to="testa@example.com",
        subject="We received your payment",
        body=words,
        message_id="message-7",
    )
    assert accepted.provider_id == "<message-7@example.com>"
    page = requests.get(f"{sandbox.url}/inbox", timeout=5).text
    assert "testa@example.com" in page
    assert "We received your payment" in page
    assert "thank you." in page


def test_a_server_that_is_away_may_be_tried_again() -> None:
    post = SmtpEmail(url=f"smtp://127.0.0.1:{free_port()}", sender="billing@example.com")
    with pytest.raises(RetryLater):
        post.send(to="testa@example.com", subject="Hello", body="Hello", message_id="message-1")
