"""Refunds by check on the pages: asked for, approved by another, written, printed as CSV, seen at the bank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask

from billing import entries
from billing.ledger import Party
from billing.money import Money
from portal.db import transaction
from portal.services.post_entry import post_entry
from tests.sandbox_server import SandboxServer
from tests.services.till import Till, open_till
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime, staff_app: Flask) -> Till:
    """An account with $40.00 of credit that came in cash."""
    staff_app.config["CLOCK"] = lambda: now
    found = open_till(sandbox, now)
    with transaction() as session:
        entry = entries.receipt(
            source_ref=f"test:{uuid4()}",
            occurred_on=now.date(),
            amount=Money(40_00),
            party=Party(guarantor_account_id=found.account_id),
        )
        post_entry(session, entry)
    return found


def test_OPS_20_from_the_account_to_the_bank(till: Till, as_staff: AsStaff) -> None:
    biller, manager = as_staff("biller"), as_staff("manager")
    page = biller.get(f"/refunds/checks/of/{till.account_id}")
    assert "Credit on the account: up to $40.00" in page.text
    wish = {"check_id": page.hidden("check_id"), "of": "credit", "amount": "25.00"}
    wish |= {"reason": "paid_too_much", "note": "Paid twice at the desk"}
    too_much = biller.post(
        f"/refunds/checks/of/{till.account_id}", wish | {"amount": "41"}, expect=200
    )
    assert "Only $40.00 of credit" in too_much.text
    asked = biller.post(f"/refunds/checks/of/{till.account_id}", wish, expect=302)
    address = asked.location.removeprefix("/staff")
    assert "A manager approves it" in biller.get(address).text
    assert "no address that paper may go to" in manager.get(address).text
    manager.post(f"{address}/approve", {}, expect=302)
    manager.get("/refunds/checks/")
    with statements_sent() as sent:
        register = manager.get("/refunds/checks/")
    assert len(sent) <= 8, "\n".join(sent)
    assert "To be printed" in register.text
    assert "30 days" in register.text
    printed = manager.get("/refunds/checks/register.csv").response.get_data(as_text=True)
    assert "approved,,,Testa Sample" in printed
    biller.get(address)
    dated = {"write-number": "1042", "write-written_on": "03/02/2026"}
    biller.post(f"{address}/write", dated, expect=302)
    assert till.credit() == 15_00
    biller.get(address)
    biller.post(f"{address}/clear", {"clear-cleared_on": "03/02/2026"}, expect=302)
    assert "Cashed" in biller.get(address).text


def test_a_void_check_says_why_and_gives_the_credit_back(till: Till, as_staff: AsStaff) -> None:
    biller, manager = as_staff("biller"), as_staff("manager")
    page = biller.get(f"/refunds/checks/of/{till.account_id}")
    wish = {"check_id": page.hidden("check_id"), "of": "credit", "amount": "40.00"}
    wish |= {"reason": "paid_too_much", "note": "Paid twice at the desk"}
    asked = biller.post(f"/refunds/checks/of/{till.account_id}", wish, expect=302)
    address = asked.location.removeprefix("/staff")
    manager.get(address)
    manager.post(f"{address}/approve", {}, expect=302)
    manager.get(address)
    dated = {"write-number": "7", "write-written_on": "03/02/2026"}
    manager.post(f"{address}/write", dated, expect=302)
    manager.get(address)
    assert "Enter a reason" in manager.post(f"{address}/void", {}, expect=200).text
    manager.post(f"{address}/void", {"void-reason": "Lost in the mail"}, expect=302)
    told = manager.get(address).text
    assert "Void" in told
    assert "Lost in the mail" in told
    assert till.credit() == 40_00
