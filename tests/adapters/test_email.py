"""E-mail over SMTP: real servers on loopback, with TLS and sign-in, in every mood (MSG-17, MSG-18)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from portal.adapters.email import SmtpEmail
from portal.ports import BadAddress, OutcomeUnknown, Refused, RetryLater
from tests.adapters.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.sandbox_server import SandboxServer, free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
KEY = b"k" * 32
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"
WORDS = {"subject": "Hello", "body": "Hello\n", "message_id": "message-7"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """Plain SMTP, as a relay on this machine speaks it."""
    with mail_server(tmp_path) as running:
        yield running


def post(server: MailServer, scheme: str = "smtp", login: str = "", **options) -> SmtpEmail:
    at = f"{login}@" if login else ""
    options.setdefault("sender", "Sample Practice <billing@example.com>")
    return SmtpEmail(
        url=f"{scheme}://{at}127.0.0.1:{server.port}", keys=[KEY], ca_file=server.ca_file, **options
    )


def words(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_an_email_arrives_as_it_was_written(sandbox: SandboxServer) -> None:
    post = SmtpEmail(url=f"smtp://127.0.0.1:{sandbox.smtp_port}", sender="billing@example.com")
    words = "Your receipt\n\nhttp://localhost:8000/receipts/R-1 – thank you.\n"
    accepted = post.send(
        to="testa@example.com",
        subject="We received your payment",
        body=words,
        message_id="message-7",
    )
    assert accepted.provider_id.startswith("<message-7-")
    page = requests.get(f"{sandbox.url}/inbox", timeout=5).text
    assert "testa@example.com" in page
    assert "We received your payment" in page
    assert "thank you." in page


def test_MSG_17_the_headers_are_true(server: MailServer) -> None:
    body = "Thank you – gracias.\n" + "a long line of words " * 10 + "\n"
    post(server, bounces="bounces@example.com").send(
        to="testa@example.com", subject="Your receipt – ready", body=body, message_id="message-7"
    )
    [message], [envelope] = server.messages, server.envelopes
    assert message["From"] == message["Reply-To"] == "Sample Practice <billing@example.com>"
    assert message["To"] == "testa@example.com"
    assert message["Subject"] == "Your receipt – ready"
    assert message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(message["Date"]).tzinfo is not None
    assert message.get_content_type() == "text/plain"
    assert words(message) == body
    assert envelope.mail_from.startswith("bounces+message-7-")
    assert envelope.mail_from.endswith("@example.com")
    longest = max(envelope.original_content.split(b"\r\n"), key=len)
    assert len(longest) <= 78
    assert b"\n" not in envelope.original_content.replace(b"\r\n", b"")


@pytest.mark.parametrize(("tls", "scheme"), [("smtps", "smtps"), ("starttls", "smtp+tls")])
def test_MSG_18_tls_and_sign_in(tmp_path: Path, tls: str, scheme: str) -> None:
    with mail_server(tmp_path, tls=tls) as server:
        post(server, scheme, LOGIN).send(to="testa@example.com", **WORDS)
        assert server.over_tls == [True]
        with pytest.raises(RetryLater):
            post(server, scheme, f"{USER}:wrong").send(to="testa@example.com", **WORDS)
        assert len(server.envelopes) == 1


@pytest.mark.parametrize(("tls", "scheme"), [("smtps", "smtps"), ("starttls", "smtp+tls")])
def test_MSG_18_a_certificate_that_is_not_trusted_gets_nothing(
    tmp_path: Path, tls: str, scheme: str
) -> None:
    with mail_server(tmp_path, tls=tls) as server:
        stranger = SmtpEmail(
            url=f"{scheme}://{LOGIN}@127.0.0.1:{server.port}", sender="billing@example.com"
        )
        with pytest.raises(RetryLater):
            stranger.send(to="testa@example.com", **WORDS)
    with mail_server(tmp_path, tls=tls, host="127.0.0.2") as server:
        with pytest.raises(RetryLater):  # trusted, and made out to another host
            post(server, scheme, LOGIN).send(to="testa@example.com", **WORDS)
        assert server.envelopes == []


def test_MSG_18_a_server_that_hides_its_tls_gets_nothing(server: MailServer) -> None:
    """Somebody between us may strip STARTTLS from the greeting."""
    with pytest.raises(RetryLater):
        post(server, "smtp+tls").send(to="testa@example.com", **WORDS)
    assert server.envelopes == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"to_recipient": "550 5.1.1 No such mailbox"}, BadAddress),
        ({"to_recipient": "550 No such mailbox"}, BadAddress),
        ({"to_recipient": "550 5.7.1 Your server is on a list"}, Refused),
        ({"to_recipient": "451 4.7.1 Come again later"}, RetryLater),
        ({"to_data": "554 5.7.1 We do not like your words"}, Refused),
        ({"to_data": "552 5.2.1 This mailbox is closed"}, BadAddress),
        ({"to_data": "452 4.2.2 Mailbox full"}, RetryLater),
        ({"to_sender": "550 5.7.1 You may not send as this address"}, RetryLater),
        ({"to_sender": "421 4.3.2 Closing"}, RetryLater),
        ({"hang_up": True}, OutcomeUnknown),
    ],
)
def test_each_answer_says_what_may_be_done(
    server: MailServer, answers: dict[str, object], error: type[Exception]
) -> None:
    vars(server).update(answers)
    with pytest.raises(error) as caught:
        post(server).send(to="testa@example.com", **WORDS)
    assert type(caught.value) is error
    assert "testa" not in str(caught.value)


def test_a_second_copy_bears_the_same_id(server: MailServer) -> None:
    """Lost after DATA: it may be in the mailbox, so mail programs must see that it is the same one."""
    server.hang_up = True
    with pytest.raises(OutcomeUnknown):
        post(server).send(to="testa@example.com", **WORDS)
    server.hang_up = False
    accepted = post(server).send(to="testa@example.com", **WORDS)
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"] == accepted.provider_id
    other = post(server).send(to="testa@example.com", **{**WORDS, "message_id": "message-8"})
    assert other.provider_id != accepted.provider_id


def test_a_server_that_is_away_may_be_tried_again() -> None:
    post = SmtpEmail(url=f"smtp://127.0.0.1:{free_port()}", sender="billing@example.com")
    with pytest.raises(RetryLater):
        post.send(to="testa@example.com", subject="Hello", body="Hello", message_id="message-1")


@pytest.mark.parametrize(
    "to",
    [
        "testa@example.com\r\nBcc: eve@example.com",
        "testa@example.com, eve@example.com",
        "testa@example.com> RCPT TO:<eve@example.com",
        "testa",
        "testa @example.com",
        "",
    ],
)
def test_an_address_cannot_carry_headers_or_others(server: MailServer, to: str) -> None:
    with pytest.raises(BadAddress):
        post(server).send(to=to, **WORDS)
    assert server.envelopes == []


def test_a_subject_cannot_carry_headers(server: MailServer) -> None:
    with pytest.raises(Refused):
        post(server).send(
            to="testa@example.com",
            subject="Hello\r\nBcc: eve@example.com",
            body="Hello",
            message_id="message-1",
        )
    assert server.envelopes == []


def test_a_dot_alone_does_not_end_the_message(server: MailServer) -> None:
    body = "Hello\n.\nRCPT TO:<eve@example.com>\n..\n"
    post(server).send(to="testa@example.com", subject="Hello", body=body, message_id="message-1")
    assert words(server.messages[0]) == body


def test_HIPAA_18_nothing_of_an_email_reaches_the_log(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post(server).send(to="testa@example.com", **WORDS)
    server.to_recipient = "550 5.1.1 testa@example.com unknown"
    with pytest.raises(BadAddress):
        post(server).send(to="testa@example.com", **WORDS)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("portal")]
    assert not any("testa" in line for line in ours)
