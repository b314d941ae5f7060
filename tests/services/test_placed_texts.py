"""Once an agency speaks for an account, none of our texts or e-mails about its bills leaves (MSG-15, COLL-19; acceptance 11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.holds import Condition
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.services.letters import Letterhead, bill_notice
from portal.services.queue_letter import queue_letter
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY, noon
from tests.services.text_world import Phone, phone

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def placed(sandbox: SandboxServer, tmp_path: Path) -> Phone:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=reader.account_id,
                kind=Condition.PLACED.value,
                since=noon(DAY),
                source="test",
            )
        )
    return reader


def test_MSG_15_a_text_that_waited_is_denied_by_its_rule(placed: Phone) -> None:
    assert placed.send(placed.only(), noon(DAY)) == "canceled"
    assert "MSG-15" in placed.only().gate.split(", ")
    assert placed.texts() == []


def test_MSG_15_an_e_mail_about_a_bill_is_denied_likewise(placed: Phone) -> None:
    head = Letterhead(name="Sample", phone="(202) 555-0100", public_url="http://localhost:8000")
    with transaction() as session:
        message_id = queue_letter(
            session,
            to="testa@example.com",
            letter=bill_notice(head, number="2026-0001"),
            now=noon(DAY),
            guarantor_account_id=placed.account_id,
            category="billing",
        )
    message = next(one for one in placed.messages() if one.id == message_id)
    assert placed.send(message, noon(DAY)) == "canceled"
    [said] = [one.gate for one in placed.messages() if one.id == message_id]
    assert "MSG-15" in said.split(", ")
