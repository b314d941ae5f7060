"""Promises at the office, and the second look at what was found."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.promises import Promise
from portal.models.traces import Trace
from tests.services.staff_world import World, add_account
from tests.web.bills import NOW, make_practice
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]


@pytest.fixture
def world(staff_app: Flask) -> World:
    staff_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return add_account("1111-2222")


def test_a_promise_is_written_down_listed_and_taken_back(as_staff: As, world: World) -> None:
    clerk, address = as_staff("collections"), f"/accounts/{world.account_id}/promises"
    with statements_sent() as sent:
        page = clerk.get(address)
    assert len(sent) <= 12
    assert "Nobody has promised anything." in page.text
    assert "No promise is open." in clerk.get("/cases/promises").text
    form = {
        "form_id": page.hidden("form_id"),
        "amount": "25.00",
        "pay_by": "3/12/2026",
        "by": "Testa Sample",
    }
    assert "Nobody promises more." in clerk.post(address, form | {"amount": "58.01"}).text
    assert "within 30 days" in clerk.post(address, form | {"pay_by": "4/2/2026"}).text
    assert "Enter who promised it." in clerk.post(address, form | {"by": ""}).text
    for _ in range(2):
        page = clerk.follow(clerk.post(address, form, expect=302))
    assert "$25.00 by March 12, 2026" in page.text
    assert "Write a promise down" not in page.text
    assert "Mar 12, 2026" in clerk.get("/cases/promises").text
    assert "Promise to pay" in clerk.get(f"/accounts/{world.account_id}/case").text
    assert "Promise to pay" in clerk.get(f"/accounts/{world.account_id}/holds").text
    with read_only() as session:
        promise_id = session.scalars(select(Promise.id)).one()
    withdraw = f"{address}/{promise_id}/withdraw"
    assert "$25.00" in clerk.get(withdraw).text
    assert "Enter why." in clerk.post(withdraw, {"reason": ""}).text
    page = clerk.follow(clerk.post(withdraw, {"reason": "They asked for a plan."}, expect=302))
    assert "Taken back" in page.text
    clerk.get(f"/accounts/{world.account_id + 1}/promises", expect=404)


def found_id() -> UUID:
    with read_only() as session:
        return session.scalars(select(Trace.id)).one()


def test_CORE_3_OPS_13_what_was_found_is_confirmed_by_somebody_else(
    as_staff: As, world: World
) -> None:
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=world.account_id,
                kind="unreachable",
                since=NOW,
                source=f"reach:{world.account_id}",
                note="",
            )
        )
    clerk, address = as_staff("collections"), f"/accounts/{world.account_id}/found"
    with statements_sent() as sent:
        page = clerk.get(address)
    assert len(sent) <= 12
    assert "Nothing that we know reaches them" in page.text
    form = {"form_id": page.hidden("form_id"), "source": "A newer claim", "mobile": ""}
    assert "Enter a number, or a whole address" in clerk.post(address, form).text
    page = clerk.follow(clerk.post(address, form | {"mobile": "202 555 0177"}, expect=302))
    assert "Waits for somebody else" in page.text
    decide = f"{address}/{found_id()}"
    own = clerk.post(decide, {"answer": "yes", "reason": "I called."})
    assert "somebody else must confirm it" in own.text
    manager = as_staff("manager")
    assert "Confirm it or not" in manager.get(address).text
    page = manager.follow(
        manager.post(decide, {"answer": "yes", "reason": "I called."}, expect=302)
    )
    assert "Confirmed" in page.text
    assert "Nothing that we know reaches them" not in page.text
    with read_only() as session:
        assert session.get_one(GuarantorAccount, world.account_id).mobile == "+12025550177"
