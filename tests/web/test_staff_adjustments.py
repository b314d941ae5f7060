"""The pages of adjustments: ask above one's limit, approve as another, move what is owed, set a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.services.payer_voice import Payer, clp, insured, svc
from tests.services.staff_world import add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 4, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def test_OPS_13_asked_by_one_and_approved_by_another(as_staff: AsStaff) -> None:
    world = add_account(amounts=(300_00, 8_00))
    biller, manager = as_staff("biller"), as_staff("manager")
    address = (
        f"/accounts/{world.account_id}/bills/{world.visit_id}/lines/{world.charge_ids[0]}/adjust"
    )
    page = biller.get(address)
    form = {
        "form_id": page.hidden("form_id"),
        "kind": "our_error",
        "amount": "200.00",
        "reason": "Billed twice",
    }
    over = biller.post(address, form).text
    assert "goes up to $100.00 in your role" in over
    assert "Ask for approval" in over
    assert "Asked for." in biller.follow(biller.post(address, form | {"ask": "y"})).text
    with statements_sent() as sent:
        waiting = manager.get("/adjustments/")
    assert len(sent) <= 12, "\n".join(sent)
    assert "Our billing mistake" in waiting.text
    link = next(one for one in waiting.links() if "/adjustments/" in one and one.count("-") == 4)
    link = link.removeprefix("/staff")
    assert "somebody else must approve it" in biller.get(link).text
    assert "Approved and taken off" in manager.follow(manager.post(f"{link}/approve", {})).text


def test_STMT_1_a_share_goes_back_to_the_plan_and_limits_are_set(as_staff: AsStaff) -> None:
    visit = insured(200_00)
    Payer().pays(clp(visit.control_number, svc("99213", 200, "CO-45 50, PR-1 30, CO-29 20")))
    biller, manager = as_staff("biller"), as_staff("manager")
    address = f"/adjustments/bills/{visit.id}/transfer"
    page = biller.get(address)
    assert "back to the plan" in page.text
    form = {
        "form_id": page.hidden("form_id"),
        "money": "again:1",
        "rule": "self_pay",
        "document": "",
        "reason": "Decided wrongly",
    }
    assert "does not move that" in biller.post(address, form).text
    moved = biller.post(address, form | {"rule": "decided_wrongly"})
    assert "$30.00 moved" in biller.follow(moved).text
    line = biller.get("/adjustments/lines/1/plan")
    off = {
        "form_id": line.hidden("form_id"),
        "payer": "1",
        "kind": "plan_filed_late",
        "amount": "20.00",
        "carc": "29",
        "reason": "We were late",
    }
    assert "$20.00 taken off" in biller.follow(biller.post("/adjustments/lines/1/plan", off)).text
    limit = {
        "kind": "our_error",
        "role": "biller",
        "limit": "250",
        "gl_class": "5010",
        "effective_from": "2026-04-21",
        "reason": "More billers",
    }
    assert "5010" in manager.follow(manager.post("/adjustments/limits", limit)).text
