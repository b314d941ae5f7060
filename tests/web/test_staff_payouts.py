"""Payouts on the pages: each line beside our entry, the balance tied to the ledger, and what is not ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.adapters.stripe_payouts import StripePayouts
from portal.services.fetch_payouts import fetch_payouts
from portal.services.walk_objects import walk_objects
from tests.sandbox_server import KEY, SandboxServer
from tests.services.till import Till, open_till
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime, staff_app: Flask) -> Till:
    """$182.40 of ours and $77.00 of somebody else's were paid out together."""
    staff_app.config["CLOCK"] = lambda: now + timedelta(days=6)
    found = open_till(sandbox, now)
    stranger = {"amount": 77_00, "currency": "usd", "payment_method": "pm_card_visa"}
    stranger |= {"confirm": True, "return_url": "http://localhost/"}
    sandbox.client.v1.payment_intents.create(params=stranger)
    found.look(found.paid().payment_id)
    walk_objects(gateway=found.gateway, now=now + timedelta(hours=1))
    sandbox.control("clock", advance=3 * 86_400)
    sandbox.control("payout")
    sandbox.control("clock", advance=3 * 86_400)
    books = StripePayouts(secret_key=KEY, api_base=sandbox.url)
    fetch_payouts(books=books, now=now + timedelta(days=6))
    return found


def test_I7_staff_see_each_line_beside_our_entry_and_what_is_not_ours(
    till: Till, as_staff: AsStaff
) -> None:
    client = as_staff("payment_poster")
    client.get("/payouts/")
    with statements_sent() as sent:
        page = client.get("/payouts/")
    assert len(sent) <= 12, "\n".join(sent)
    assert "differ by" in page.text, "what was paid out is not ours"
    assert "1 line to explain" in page.text
    assert "Somebody else made it on the same account. It is never posted." in page.text
    address = next(link for link in page.links() if "/payouts/" in link and link[-1].isdigit())
    lines = client.get(address.removeprefix("/staff")).text
    assert "One entry, same cents" in lines
    assert "No entry of ours" in lines
    client.get("/payouts/99", expect=404)


def test_the_day_says_whether_the_card_company_holds_what_our_ledger_says(
    till: Till, as_staff: AsStaff, now: datetime
) -> None:
    day = (now + timedelta(days=6)).date().isoformat()
    text = as_staff("manager").get(f"/day/?on={day}").text.replace("−", "-")
    assert "our ledger differs by -$77.00" in text, text[text.find("credit:") :][:300]
