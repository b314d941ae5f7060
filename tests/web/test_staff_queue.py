"""Working the queue: narrow it, take an item, match or suspend it, and go on to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.work import WorkItem
from tests.services.payer_voice import Payer, book, clp, svc
from tests.services.staff_remittance import add_remittance
from tests.services.staff_world import add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def three_items() -> list[int]:
    return [
        add_remittance(add_account(f"700000{n}"), NOW, trace=f"TRACE{n}", suspense=True).item_id
        for n in (1, 2, 3)
    ]


def test_the_queue_is_narrowed_by_owner_age_and_amount(as_staff: AsStaff) -> None:
    items, client = three_items(), as_staff("biller")
    with transaction() as session:
        mine, big, late = (session.get_one(WorkItem, one) for one in items)
        mine.owner_id = client.login_id
        big.amount = big.amount + big.amount + big.amount
        late.opened_at = datetime(2026, 1, 2, tzinfo=UTC)
        big.due_on = mine.due_on = date(2026, 4, 1)

    def shown(query: str) -> list[int]:
        page = client.get(f"/queue/?{query}")
        return [n for n, item in enumerate(items, 1) if f"/queue/{item}" in page.source]

    assert shown("") == [1, 2, 3]
    assert shown("whose=mine") == [1]
    assert shown("whose=nobody") == [2, 3]
    assert shown("least=50") == [2]
    assert shown("age=month") == [3]
    assert shown("age=late") == [3]
    assert shown("whose=suspense") == []
    assert shown("least=nonsense&age=nonsense") == [1, 2, 3]


def test_the_next_item_of_the_same_part_is_one_key_away(as_staff: AsStaff) -> None:
    first, second, _ = three_items()
    client = as_staff("biller")
    address = f"/queue/{first}?kind=unmatched"
    client.get(address)
    with statements_sent() as sent:
        page = client.get(address)
    assert len(sent) <= 12, "\n".join(sent)
    assert f"/staff/queue/{second}?kind=unmatched" in page.source or (
        f"/queue/{second}?kind=unmatched" in page.source
    )
    done = client.follow(
        client.post(
            f"/queue/{first}/close?kind=unmatched",
            {"close-outcome": "not_ours", "close-note": "Another practice's"},
        )
    )
    assert "Closed." in done.text
    assert f"/queue/{second}?kind=unmatched" in done.source


def test_an_item_is_taken_and_given_a_day(as_staff: AsStaff) -> None:
    first, *_ = three_items()
    client, other = as_staff("biller"), as_staff("manager")
    form = {"owner-seen": "", "owner-owner": str(client.login_id), "owner-due_on": "3/9/2026"}
    assert "Saved." in client.follow(client.post(f"/queue/{first}/owner", form)).text
    stale = {"owner-seen": "", "owner-owner": str(other.login_id), "owner-due_on": ""}
    told = other.post(f"/queue/{first}/owner", stale)
    assert "has it now" in told.text
    with read_only() as session:
        item = session.get_one(WorkItem, first)
        assert (item.owner_id, item.due_on) == (client.login_id, date(2026, 3, 9))


def test_OPS_14_suspense_takes_a_reason_and_a_day(as_staff: AsStaff) -> None:
    first, *_ = three_items()
    client = as_staff("payment_poster")
    address = f"/queue/{first}/suspense"
    assert "Choose why it stays" in client.post(address, {}).text
    form = {"suspense-reason": "asked_payer", "suspense-follow_up_on": "3/16/2026"}
    page = client.follow(client.post(address, form))
    assert "Left in suspense" in page.text
    assert "The payer was asked" in page.text
    assert "In suspense" in client.get("/queue/?whose=suspense").text
    as_staff("auditor").post(address, form, expect=403)


def test_a_claim_is_matched_on_a_page_that_shows_the_differences(
    as_staff: AsStaff, staff_app: Flask
) -> None:
    from portal.services.post_remittance import post_remittance

    store = staff_app.extensions["kindbill"].documents
    with book() as found:
        found.practice()
        _, _, claim, _ = found.insured_visit([100_00])
    data = Payer().data(clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    post_remittance(data=data, name="t.edi", now=NOW, store=store)
    client = as_staff("payment_poster")
    with read_only() as session:
        item = session.scalars(select(WorkItem.id)).one()
    page = client.get(f"/queue/{item}/match")
    assert page.h1 == "Match a claim"
    assert "Claim number: the payer says WRONG" in page.text
    assert "Choose which claim it is" in client.post(f"/queue/{item}/match", {}).text
    form = {"match-claim": str(claim.id), "match-note": "same day, same amount"}
    done = client.follow(client.post(f"/queue/{item}/match", form))
    assert "Matched, and the decision is posted." in done.text
    client.get(f"/queue/{item}/match", expect=404)
