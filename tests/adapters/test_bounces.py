"""Delivery reports: ours are understood, everybody else's are harmless (RFC 3464)."""

from __future__ import annotations

import contextlib
import re

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.email import SmtpEmail
from portal.ports import BadAddress, ForgedMessage
from sandbox.mail import bounce_report
from tests.sandbox_server import SandboxServer

KEYS = [b"newest" * 4, b"older" * 4]
BOUNCED = SmtpEmail(
    url="smtp://127.0.0.1",
    sender="billing@example.com",
    bounces="bounces@example.com",
    keys=KEYS,
)
MARK = re.compile(r"message-7-([0-9a-f]{16})")


def address(mailer: SmtpEmail = BOUNCED, message_id: str = "message-7") -> str:
    return mailer._return_path(message_id)


def report(**changed: str) -> bytes:
    to = changed.pop("to", address())
    fields = {"failed": "testa@example.com", "message_id": "<x@example.net>", **changed}
    return bounce_report(to=to, **fields).encode()


def test_a_report_names_our_message() -> None:
    bounce = BOUNCED.read_bounce(report())
    assert (bounce.message_id, bounce.failed, bounce.status) == (7, True, "5.1.1")
    assert bounce.bad_address


@pytest.mark.parametrize(
    ("action", "status", "failed", "bad"),
    [
        ("failed", "5.1.1", True, True),
        ("failed", "4.4.7", True, False),  # tried for days, and given up
        ("delayed", "4.2.2", False, False),
        ("delayed", "5.1.1", False, False),
    ],
)
def test_hard_and_soft(action: str, status: str, failed: bool, bad: bool) -> None:
    bounce = BOUNCED.read_bounce(report(action=action, status=status))
    assert (bounce.failed, bounce.bad_address) == (failed, bad)


def test_the_message_id_serves_where_the_return_path_was_lost() -> None:
    returned = f"<{BOUNCED._marked('message-7')}@example.com>"
    assert BOUNCED.read_bounce(report(to="root@localhost", message_id=returned)).message_id == 7


def test_a_key_that_was_replaced_still_reads_its_reports() -> None:
    older = SmtpEmail(url="smtp://127.0.0.1", sender="billing@example.com", keys=KEYS[1:])
    assert BOUNCED.read_bounce(report(to=address(older))).message_id == 7


@pytest.mark.parametrize(
    "raw",
    [
        report(to="bounces+message-7-0123456789abcdef@example.com"),
        report(to=address().replace("message-7", "message-8")),
        report(to="bounces@example.com"),
        report(action="delivered", status="2.0.0"),
        report(action="failed", status="no number"),
        report(action=""),
        f"To: {address()}\n\nI am on holiday.\n".encode(),
        b"",
        b"\0\xff\xfe",
        b"x" * (1024 * 1024 + 1),
        report().replace(b"message/delivery-status", b"message/delivery-status; charset=klingon"),
    ],
    ids=range(11),
)
def test_what_is_forged_or_broken_is_no_report(raw: bytes) -> None:
    if b"klingon" in raw:
        assert BOUNCED.read_bounce(raw).message_id == 7
        return
    with pytest.raises(ForgedMessage):
        BOUNCED.read_bounce(raw)


@given(st.integers(0, 900), st.binary(max_size=40))
def test_a_damaged_report_never_breaks_the_reader(at: int, noise: bytes) -> None:
    whole = report()
    with contextlib.suppress(ForgedMessage):
        BOUNCED.read_bounce(whole[:at] + noise + whole[at + len(noise) :])


def test_the_stand_in_has_dead_mailboxes(sandbox: SandboxServer) -> None:
    url = f"smtp://127.0.0.1:{sandbox.smtp_port}"
    mailer = SmtpEmail(url=url, sender="billing@example.com", keys=KEYS)
    words = {"subject": "Hello", "body": "Hello\n", "message_id": "message-7"}
    with pytest.raises(BadAddress):
        mailer.send(to="bounce@example.com", **words)
    mailer.send(to="bounce-later@example.com", **words)
    page = requests.get(f"{sandbox.url}/inbox", timeout=5).text
    assert "refused: 550 5.1.1 No such mailbox" in page
    [link] = re.findall(r'href="(/inbox/[^"]+\.eml)"', page)
    raw = requests.get(sandbox.url + link, timeout=5).content
    assert mailer.read_bounce(raw).message_id == 7
    assert requests.get(f"{sandbox.url}/inbox/mail_none.eml", timeout=5).status_code == 404
