"""Credit is the patient's own: they see it, choose what is done with it, and staff have 30 days (OPS-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing import entries
from billing.ledger import Party
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.work import WorkItem
from portal.services.note_credits import note_credits
from portal.services.post_entry import post_entry
from tests.services.staff_world import World, add_account
from tests.web.pages import PageClient
from tests.web.people import make_account

AsPatient = Callable[..., PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ON = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask) -> None:
    patient_app.config["CLOCK"] = staff_app.config["CLOCK"] = lambda: NOW


def credited(cents: int, *, visit: bool = False, number: str = "7000001") -> World:
    """An account with so much credit; of its visit, or of no visit."""
    world = add_account(number)
    owner = Party(guarantor_account_id=world.account_id, visit_id=world.visit_id if visit else None)
    with transaction() as session:
        post_entry(
            session,
            entries.receipt(
                source_ref=f"test:{number}", occurred_on=ON, amount=Money(cents), party=owner
            ),
        )
    return world


def work() -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).order_by(WorkItem.id)))


def test_STMT_11_a_patient_asks_for_it_and_may_change_their_mind(as_patient: AsPatient) -> None:
    world = credited(70_00)
    client = as_patient(world.account_id)
    assert "/credit" in client.get("/bills").links()
    page = client.get("/credit")
    assert "We owe you $70.00" in page.text.replace("you$", "you $")
    for _ in range(2):  # pressed twice
        asked = client.follow(client.post("/credit/send-back", {"account": world.account_id}))
        assert "We do so by April 1, 2026" in asked.text
    [item] = work()
    assert (item.kind, item.amount, item.due_on) == ("credit_asked", Money(70_00), date(2026, 4, 1))
    kept = client.follow(client.post("/credit/keep", {"account": world.account_id}))
    assert "Send it back to me" in kept.text
    assert [item.outcome for item in work()] == ["kept_by_patient"]
    client.follow(client.post("/credit/send-back", {"account": world.account_id}))
    assert [item.closed_at is None for item in work()] == [False, True]
    with read_only() as session:
        told = session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.object_type == "credit", AuditEvent.action.in_(("ask_back", "keep")))
            .order_by(AuditEvent.id)
        ).all()
    assert told == ["ask_back", "keep", "ask_back"]


def test_another_accounts_credit_is_not_found(as_patient: AsPatient) -> None:
    world = credited(70_00)
    stranger = as_patient(make_account())
    assert "no credit with us" in stranger.get("/credit").text
    for path in ("/credit/send-back", "/credit/keep"):
        stranger.post(path, {"account": world.account_id}, expect=404)
        stranger.post(path, {"account": "x"}, expect=404)
    assert work() == []


def test_without_credit_nothing_can_be_asked(as_patient: AsPatient) -> None:
    world = add_account()
    client = as_patient(world.account_id)
    refused = client.post("/credit/send-back", {"account": world.account_id}, expect=409)
    assert "used or sent back" in refused.text


def test_OPS_20_found_credit_has_thirty_days_and_one_item(as_patient: AsPatient) -> None:
    world = credited(70_00)
    assert note_credits(on=ON, now=NOW) == 1
    assert note_credits(on=ON + timedelta(days=9), now=NOW + timedelta(days=9)) == 1
    [item] = work()
    assert (item.kind, item.due_on) == ("credit_found", ON + timedelta(days=30))
    # Asked for later, the earlier clock still counts.
    client = as_patient(world.account_id)
    client.post("/credit/send-back", {"account": world.account_id})
    found, asked = work()
    assert found.outcome == "asked_by_patient"
    assert asked.due_on == ON + timedelta(days=30)
    assert note_credits(on=ON, now=NOW) == 1
    assert len(work()) == 2


def test_OPS_20_an_item_closed_by_hand_comes_back_with_its_own_clock() -> None:
    credited(70_00)
    note_credits(on=ON, now=NOW)
    with transaction() as session:
        item = session.scalars(select(WorkItem)).one()
        item.closed_at, item.outcome = NOW, "done"
    note_credits(on=ON + timedelta(days=9), now=NOW + timedelta(days=9))
    assert [item.due_on for item in work()] == [ON + timedelta(days=30)] * 2


def test_OPS_20_credit_that_is_gone_closes_its_item() -> None:
    world = credited(70_00)
    note_credits(on=ON, now=NOW)
    owner = Party(guarantor_account_id=world.account_id)
    with transaction() as session:
        post_entry(
            session,
            entries.receipt(
                source_ref="test:back", occurred_on=ON, amount=Money(-70_00), party=owner
            ),
        )
    assert note_credits(on=ON, now=NOW) == 0
    assert [item.outcome for item in work()] == ["credit_gone"]


def test_staff_see_it_in_the_queue(as_staff: Callable[[str], PageClient]) -> None:
    credited(70_00)
    note_credits(on=ON, now=NOW)
    client = as_staff("biller")
    assert "Credit to send back" in client.get("/queue/").text
    [item] = work()
    page = client.get(f"/queue/{item.id}")
    assert "credit that no bill needs" in page.text
    assert "Sent back to the patient" in page.text
