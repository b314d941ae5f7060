"""Texts and e-mails leave once, whatever the provider answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import requests

from portal.adapters.email import SmtpEmail
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.ports import OutcomeUnknown, RetryLater
from portal.queries.text_consents import TextCategory, standing_consents
from portal.services.letters import Letter
from portal.services.queue_letter import queue_letter
from portal.services.record_text_consent import Said, grant_texts
from portal.services.send_message import SECRETS, queue_text, send_message
from portal.services.sweep_messages import sweep_messages
from tests.sandbox_server import SandboxServer, free_port

PHONE = "+12025550142"


@pytest.fixture
def text_id(database_url: str, now: datetime) -> int:
    with transaction() as session:
        message_id = queue_text(
            session, to=PHONE, template="code", body="123456 is your code", now=now
        )
    assert message_id
    return message_id


def send(sandbox: SandboxServer, message_id: int, now: datetime, smtp_port: int = 0) -> str:
    post = SmtpEmail(
        url=f"smtp://127.0.0.1:{smtp_port or sandbox.smtp_port}", sender="billing@example.com"
    )
    return send_message(message_id=message_id, sms=sandbox.sms(), email=post, now=now)


def state(message_id: int) -> str:
    with read_only() as session:
        return session.get_one(OutboundMessage, message_id).state


def texts(sandbox: SandboxServer) -> int:
    return requests.get(f"{sandbox.url}/inbox", timeout=5).text.count("is your code")


def test_a_text_leaves_once(sandbox: SandboxServer, text_id: int, now: datetime) -> None:
    assert [send(sandbox, text_id, now) for _ in range(2)] == ["sent", "sent"]
    assert texts(sandbox) == 1


TEXTED = {"sign_in_code", "code"}


@pytest.mark.parametrize("template", sorted(TEXTED))
def test_ID_7_a_texted_code_is_not_kept(
    sandbox: SandboxServer, database_url: str, now: datetime, template: str
) -> None:
    with transaction() as session:
        code = queue_text(session, to=PHONE, template=template, body="123456", now=now)
    assert code
    assert send(sandbox, code, now) == "sent"
    with read_only() as session:
        assert session.get_one(OutboundMessage, code).body == ""


@pytest.mark.parametrize("template", sorted(set(SECRETS) - TEXTED))
def test_what_opens_a_sign_in_is_not_kept(
    sandbox: SandboxServer, database_url: str, now: datetime, template: str
) -> None:
    with transaction() as session:
        secret, plain = (Letter(name, "123456 is your code") for name in (template, "receipt"))
        code = queue_letter(session, to="testa@example.com", letter=secret, now=now)
        note = queue_letter(session, to="testa@example.com", letter=plain, now=now)
    assert code
    assert note
    assert [send(sandbox, message_id, now) for message_id in (code, note)] == ["sent", "sent"]
    with read_only() as session:
        assert session.get_one(OutboundMessage, code).body == ""
        assert session.get_one(OutboundMessage, note).body == "123456 is your code"


def test_an_unknown_outcome_is_looked_up_not_sent_again(
    sandbox: SandboxServer, text_id: int, now: datetime
) -> None:
    sandbox.control("faults", do="error", status=503, where="after", path="Messages.json")
    with pytest.raises(OutcomeUnknown):
        send(sandbox, text_id, now)
    assert state(text_id) == "sending"
    assert send(sandbox, text_id, now) == "sent"
    assert texts(sandbox) == 1


def test_a_lost_request_is_sent_after_the_look_up(
    sandbox: SandboxServer, text_id: int, now: datetime
) -> None:
    sandbox.control("faults", do="error", status=503, path="Messages.json")
    with pytest.raises(OutcomeUnknown):
        send(sandbox, text_id, now)
    assert send(sandbox, text_id, now) == "sent"
    assert texts(sandbox) == 1


def test_MSG_12_an_opt_out_ends_the_consent(
    sandbox: SandboxServer, text_id: int, now: datetime
) -> None:
    with transaction() as session:
        account = GuarantorAccount(number="9000-0001", named=True, last_name="Sample", mobile=PHONE)
        session.add(account)
        session.flush()
        grant_texts(
            session,
            phone=PHONE,
            category=TextCategory.BILLING,
            guarantor_account_id=account.id,
            said=Said(source="web"),
            now=now,
        )
    sandbox.control("sms", **{"from": PHONE, "body": "STOP"})
    assert send(sandbox, text_id, now) == "refused"
    with read_only() as session:
        assert standing_consents(session, phone=PHONE, account_id=account.id) == ()


def test_an_email_waits_for_its_server(
    sandbox: SandboxServer, database_url: str, now: datetime
) -> None:
    with transaction() as session:
        message_id = queue_letter(
            session,
            to="testa@example.com",
            letter=Letter("receipt", "Hello"),
            now=now,
        )
    assert message_id
    with pytest.raises(RetryLater):
        send(sandbox, message_id, now, smtp_port=free_port())
    assert state(message_id) == "queued"
    assert send(sandbox, message_id, now) == "sent"


def test_the_sweep_sends_letters_left_behind_but_no_old_code(
    text_id: int, sandbox: SandboxServer, now: datetime
) -> None:
    with transaction() as session:
        account = GuarantorAccount(number="9000-0001", named=True, last_name="Sample")
        session.add(account)
        session.flush()
        letter = queue_letter(
            session,
            to="testa@example.com",
            letter=Letter("receipt", "Hello"),
            now=now,
            guarantor_account_id=account.id,
        )
    assert letter
    assert sweep_messages(now=now + timedelta(minutes=5)) == 0
    assert sweep_messages(now=now + timedelta(minutes=30)) == 1
    send(sandbox, letter, now)
    assert sweep_messages(now=now + timedelta(minutes=30)) == 0


@pytest.mark.parametrize(("template", "kept"), [("receipt", "Hello"), ("email_code", "")])
def test_a_letter_that_no_server_takes_for_three_days_has_failed(
    sandbox: SandboxServer, database_url: str, now: datetime, template: str, kept: str
) -> None:
    with transaction() as session:
        letter = queue_letter(
            session, to="testa@example.com", letter=Letter(template, "Hello"), now=now
        )
    assert letter
    sweep_messages(now=now + timedelta(days=3) - timedelta(seconds=1))
    assert state(letter) == "queued"
    late = now + timedelta(days=3)
    assert sweep_messages(now=late) == 0
    with read_only() as session:
        message = session.get_one(OutboundMessage, letter)
        told = (message.state, message.error, message.ended_at, message.body.strip())
    assert told == ("failed", "not_taken", late, kept)
    assert send(sandbox, letter, late) == "failed", "a job that comes later sends nothing"


def plain(channel: str, now: datetime) -> int:
    """A code by text, or a receipt by e-mail: nobody judges it."""
    with transaction() as session:
        if channel == "sms":
            made = queue_text(session, to=PHONE, template="code", body="123456", now=now)
        else:
            made = queue_letter(
                session, to="testa@example.com", letter=Letter("receipt", "Hello"), now=now
            )
    assert made
    return made


def ended(message_id: int) -> tuple[str, str]:
    with read_only() as session:
        message = session.get_one(OutboundMessage, message_id)
        assert (message.ended_at is not None) == (message.state == "failed")
        return message.state, message.error


@pytest.mark.parametrize(
    ("channel", "fair"), [("sms", timedelta(hours=1)), ("email", timedelta(days=3))]
)
def test_what_hung_at_its_provider_ends_as_unknown_and_is_not_sent_again(
    sandbox: SandboxServer, database_url: str, now: datetime, channel: str, fair: timedelta
) -> None:
    message_id = plain(channel, now)
    with transaction() as session:  # a worker died while it handed this over
        row = session.get_one(OutboundMessage, message_id)
        row.state, row.sent_at, row.tries = "sending", now, 1
    sweep_messages(now=now + fair - timedelta(seconds=1))
    assert ended(message_id) == ("sending", "")
    assert sweep_messages(now=now + fair) == 0
    assert ended(message_id) == ("failed", "unknown")
    assert send(sandbox, message_id, now + fair) == "failed", "a job that comes later sends nothing"
    assert texts(sandbox) == 0
    with read_only() as session:
        kept = session.get_one(OutboundMessage, message_id).body
    assert ("123456" in kept, "Hello" in kept) == (False, channel == "email")


def test_a_text_that_somebody_asked_for_is_not_sent_an_hour_later(
    sandbox: SandboxServer, database_url: str, now: datetime
) -> None:
    message_id = plain("sms", now)
    sweep_messages(now=now + timedelta(hours=1))
    assert ended(message_id) == ("failed", "too_late")
    assert send(sandbox, message_id, now + timedelta(hours=1)) == "failed"
    assert texts(sandbox) == 0


def test_what_is_handed_over_this_moment_is_left_to_its_job(
    sandbox: SandboxServer, database_url: str, now: datetime
) -> None:
    message_id = plain("sms", now)
    late = now + timedelta(hours=2)
    with transaction() as session:
        row = session.get_one(OutboundMessage, message_id)
        row.state, row.sent_at = "sending", late - timedelta(minutes=1)
    sweep_messages(now=late)
    assert ended(message_id) == ("sending", "")


def test_the_same_fact_queues_one_message(database_url: str, now: datetime) -> None:
    with transaction() as session:
        ids = [
            queue_letter(
                session,
                to="testa@example.com",
                letter=Letter("receipt", "Hello"),
                now=now,
                dedupe_key="receipt:1",
            )
            for _ in range(2)
        ]
    assert ids[0]
    assert ids[1] is None
