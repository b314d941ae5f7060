"""The pages of an agency's returns: from the file to the ledger, and an address taken over (COLL-18)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from tests.services.agency_world import ON, csv_of, line, owed, placed, read
from tests.services.statement_world import noon, world
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: noon(ON)


def uploaded(client: PageClient, agency_id: int, data: bytes) -> str:
    """The address of the preview."""
    file_id = str(uuid4())
    form = {"file_id": file_id, "file": (BytesIO(data), "returns.csv")}
    client.get(f"/agencies/{agency_id}/returns/upload")
    client.post(f"/agencies/{agency_id}/returns/upload", form)
    return f"/agencies/{agency_id}/returns/{file_id}"


def test_COLL_18_from_the_file_to_the_ledger(as_staff: AsStaff) -> None:
    at, bill, placement = world(placed)
    rows = [line(f"R{i}", "payment", placement, amount="1.00", fee="0.25") for i in range(30)]
    client = as_staff("collections")
    assert "No file of this agency came yet." in client.get(f"/agencies/{at}/returns").text
    address = uploaded(client, at, csv_of(*rows, line("X", "payment", "P-none", amount="2.00")))
    with statements_sent() as sent:
        preview = client.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    assert "none that we gave to this agency" in preview
    assert "$30.00" in preview
    assert owed(bill) == Money(5000)
    done = client.follow(client.post(f"{address}/read", {})).text
    assert "30 rows taken, 0 known already, 1 refused." in done
    assert "counts once" in client.follow(client.post(f"{address}/read", {})).text
    assert owed(bill) == Money(2000)
    with statements_sent() as sent:
        page = client.get(f"/agencies/{at}/returns")
    assert len(sent) <= 12, "\n".join(sent)
    assert len(page.source.encode()) <= 40_000
    assert "Next page" in page.text


def test_COLL_18_a_file_that_cannot_be_read_says_why(as_staff: AsStaff) -> None:
    at, _, _ = world(placed)
    client = as_staff("collections")
    client.get(f"/agencies/{at}/returns/upload")
    form = {"file_id": str(uuid4()), "file": (BytesIO(b"ref,kind\n1,payment\n"), "a.csv")}
    assert "The header lacks" in client.post(f"/agencies/{at}/returns/upload", form).text
    client.get("/agencies/9999/returns", expect=404)
    client.get(f"/agencies/{at}/returns/{uuid4()}", expect=404)


@pytest.mark.parametrize(("answer", "street"), [("take", "7 Other Street"), ("leave", None)])
def test_COLL_18_an_address_is_compared_and_taken_over_or_not(
    as_staff: AsStaff, answer: str, street: str | None
) -> None:
    at, bill, placement = world(placed)
    where = {"line_1": "7 Other Street", "city": "Exampleton", "state": "NY", "zip": "10001"}
    read(at, line("R1", "address", placement, **where, phone="(212) 555-0199"))
    before = _account(bill).street
    client = as_staff("collections")
    page = client.get(f"/agencies/{at}/addresses/1")
    assert "7 Other Street" in page.text
    assert "Take the address over" in page.text
    client.post(f"/agencies/{at}/addresses/1/{answer}", {})
    assert _account(bill).street == (street or before)
    assert "Decided" in client.get(f"/agencies/{at}/addresses/1").text
    again = client.post(f"/agencies/{at}/addresses/1/take", {})
    assert "decided about this address before" in client.follow(again).text


def _account(bill) -> GuarantorAccount:
    with read_only() as session:
        return session.get_one(GuarantorAccount, bill[0].guarantor_account_id)


def test_COLL_21_a_payment_of_the_agency_is_entered_with_what_it_brings(as_staff: AsStaff) -> None:
    at, _, placement = world(placed)
    rows = [line(f"R{i}", "payment", placement, amount="0.50", fee="0.10") for i in range(70)]
    client = as_staff("manager")
    assert "The agency has none of our money." in client.get(f"/agencies/{at}/remittances").text
    read(at, *rows)
    with statements_sent() as sent:
        page = client.get(f"/agencies/{at}/remittances")
    assert len(sent) <= 12, "\n".join(sent)
    assert len(page.source.encode()) <= 40_000
    assert "40 of 70" in page.text
    new = f"/agencies/{at}/remittances/new"
    assert len(client.get(new).source.encode()) <= 40_000
    form = {"form_id": str(uuid4()), "received_on": "7/3/2026", "trace": "CHK 88"}
    wrong = client.post(new, form | {"gross": "20", "fee": "7", "covers": ["1", "2"]})
    assert "What you chose makes $1.00, and the gross is $20.00." in wrong.text
    right = form | {"gross": "35", "fee": "7", "through": "7/3/2026"}
    done = client.follow(client.post(new, right)).text
    assert "Posted." in done
    assert "Not at the bank yet" in done


def test_OPS_13_a_payment_entered_by_mistake_is_taken_back_by_another(as_staff: AsStaff) -> None:
    at, _, placement = world(placed)
    read(at, line("R1", "payment", placement, amount="20.00", fee="5.00"))
    clerk, boss = as_staff("collections"), as_staff("manager")
    as_staff("biller")  # with three of them there is always a second person
    form = {"form_id": str(uuid4()), "received_on": "7/3/2026", "trace": "CHK 88"}
    new = f"/agencies/{at}/remittances/new"
    boss.get(new)
    boss.post(new, form | {"gross": "20", "fee": "5", "covers": ["1"]}, expect=302)
    one = f"/agencies/{at}/remittances/{form['form_id']}"
    assert one in clerk.get(f"/agencies/{at}/remittances").links()
    with statements_sent() as sent:
        page = clerk.get(one)
    assert len(sent) <= 12, "\n".join(sent)
    assert "Take it back" not in page.text, "their role cannot"
    assert "Another person takes it back" in boss.get(one).text
    refused = boss.post(f"{one}/take-back", {"reason": "The wrong agency"}, expect=200)
    assert "You entered this payment." in refused.text
    second = as_staff("manager")
    assert "Enter why" in second.post(f"{one}/take-back", {"reason": " "}, expect=200).text
    done = second.follow(second.post(f"{one}/take-back", {"reason": "The wrong agency"})).text
    assert "Taken back. What it had brought waits again." in done
    assert "The wrong agency" in done
    listed = clerk.get(f"/agencies/{at}/remittances").text
    assert "Taken back" in listed
    assert "Enter a payment of the agency" in listed
    clerk.get(f"/agencies/{at + 1}/remittances/{form['form_id']}", expect=404)
