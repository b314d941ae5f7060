"""The pages of bad debt: choose, prepare, approve by another person, take back (OPS-22, OPS-13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from billing.money import ZERO, Money
from portal.services.propose_small_balances import propose_small_balances
from tests.services.agency_world import ON, owed, placed
from tests.services.statement_world import later, noon, world
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: noon(ON)


def test_OPS_22_from_the_choice_to_the_write_off_and_back(as_staff: AsStaff) -> None:
    _, bill, _ = world(placed)
    _, other, _ = later(placed)
    stranger = later(lambda w: w.owed(4000))
    clerk, manager = as_staff("collections"), as_staff("manager")
    with statements_sent() as sent:
        page = clerk.get("/bad-debt/").text
    assert len(sent) <= 12, "\n".join(sent)
    assert "An agency has it" in page
    form_id = str(uuid4())
    assert "Choose bills" in clerk.post("/bad-debt/prepare", {"form_id": form_id}).text
    chosen = {"form_id": form_id, "bills": [str(bill[0].id), str(other[0].id)]}
    strange = chosen | {"bills": [str(stranger[0].id)]}
    assert clerk.post("/bad-debt/prepare", strange).status == 200  # it was not offered
    assert "Prepared." in clerk.follow(clerk.post("/bad-debt/prepare", chosen)).text
    address = f"/bad-debt/{form_id}"
    assert "Approve and write off" not in clerk.get(address).text
    with statements_sent() as sent:
        shown = manager.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    assert "Approve and write off" in shown
    assert "2 bills written off." in manager.follow(manager.post(f"{address}/approve", {})).text
    assert (owed(bill), owed(other)) == (ZERO, ZERO)
    assert "Choose which bills" in manager.post(f"{address}/take-back", {}).text
    why = {"back-reason": "A plan was found."}
    manager.post(f"{address}/take-back", why | {"back-which": "1"})
    assert (owed(bill), owed(other)) == (Money(5000), ZERO)
    assert "2 $100.00 $50.00 Approved" in manager.get("/bad-debt/").text, "what still stands of it"
    manager.post(f"{address}/take-back", why | {"back-which": "all"})
    assert owed(other) == Money(5000)
    assert "Taken back" in manager.get(address).text


def test_OPS_13_whoever_prepared_it_reads_that_another_person_approves(as_staff: AsStaff) -> None:
    _, bill, _ = world(placed)
    manager, form_id = as_staff("manager"), str(uuid4())
    manager.get("/bad-debt/")
    manager.post("/bad-debt/prepare", {"form_id": form_id, "bills": [str(bill[0].id)]})
    address = f"/bad-debt/{form_id}"
    page = manager.get(address).text
    assert "Another person approves it." in page
    assert "Approve and write off" not in page
    assert "Another person" in manager.follow(manager.post(f"{address}/approve", {})).text
    assert owed(bill) == Money(5000)
    done = manager.follow(manager.post(f"{address}/decline", {"reason": "Too early."})).text
    assert "Nothing was written off." in done
    manager.get(f"/bad-debt/{uuid4()}", expect=404)


def test_OPS_19_what_the_daily_run_proposed_a_manager_lets_go_and_takes_back(
    as_staff: AsStaff, staff_app: Flask
) -> None:
    bill = world(lambda w: w.owed(300))
    on = ON + timedelta(days=60)
    staff_app.config["CLOCK"] = lambda: noon(on)
    propose_small_balances(on=on, now=noon(on))
    manager = as_staff("manager")
    page = manager.get("/bad-debt/")
    assert "Small balances" in page.text
    assert "the daily run" in page.text
    [address] = [link for link in page.links() if re.fullmatch(r"/bad-debt/[0-9a-f-]{36}", link)]
    with statements_sent() as sent:
        shown = manager.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    assert "Small, and quiet for 60 days" in shown
    assert "1 bill written off." in manager.follow(manager.post(f"{address}/approve", {})).text
    assert owed(bill) == ZERO
    manager.post(f"{address}/take-back", {"back-reason": "They pay.", "back-which": "all"})
    assert owed(bill) == Money(300)


def test_OPS_22_a_full_list_stays_light(as_staff: AsStaff) -> None:
    world(placed)
    for _ in range(3):
        later(lambda w: [placed(w) for _ in range(17)])
    page = as_staff("collections").get("/bad-debt/").source
    assert page.count('name="bills"') == 50
    assert len(page.encode()) <= 40_000
