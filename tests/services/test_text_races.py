"""Two at once on one text: a no while it leaves, and two jobs that look after the same row."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from portal.db import transaction
from portal.models.messages import OutboundMessage
from portal.queries.text_consents import TextCategory
from portal.services.lock_message import lock_message
from portal.services.lock_posting import lock_accounts
from portal.services.record_text_consent import Said, withdraw_texts
from portal.services.send_message import send_message
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY, noon
from tests.services.text_world import LINKS, Phone, phone

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def testa(sandbox: SandboxServer, tmp_path: Path) -> Phone:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    return reader


def test_MSG_3_a_no_while_the_text_leaves_waits_for_it_and_no_one_waits_in_a_circle(
    testa: Phone,
) -> None:
    """The sender holds the account, then the message; whoever says no must not hold them the other way."""
    message, held = testa.only(), Event()

    def leave() -> None:
        with transaction() as session:
            lock_accounts(session, [testa.account_id])
            held.set()
            time.sleep(0.5)  # by now the other waits
            assert lock_message(session, message.id) is not None

    with ThreadPoolExecutor(max_workers=1) as pool:
        leaving = pool.submit(leave)
        held.wait(10)
        with transaction() as session:
            withdraw_texts(
                session,
                phone=testa.number,
                category=TextCategory.BILLING,
                guarantor_account_id=testa.account_id,
                said=Said(source="web"),
                now=noon(DAY),
            )
        leaving.result(10)
    assert testa.only().state == "canceled"


def test_MSG_12_of_two_that_look_after_a_text_the_slower_changes_nothing(testa: Phone) -> None:
    """One is told that it left while the other still looks for it in vain."""
    message = testa.only()
    with transaction() as session:
        row = session.get_one(OutboundMessage, message.id)
        row.state, row.body, row.sent_at = "sending", "New statement", noon(DAY)

    class Slow:
        def find(self, **_: object) -> None:
            with transaction() as session:
                session.get_one(OutboundMessage, message.id).state = "sent"

    done = send_message(message_id=message.id, sms=Slow(), email=None, now=noon(DAY), links=LINKS)
    assert (done, testa.only().state, testa.texts()) == ("sent", "sent", [])
