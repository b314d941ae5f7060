"""Staff give a parent access, end it, and keep a teenager's visit to themselves (HIPAA-9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from tests.services.proxy_world import HELPER, NOW
from tests.services.statement_world import World, world
from tests.web.pages import PageClient
from tests.web.people import messages

Opens = Callable[[str], PageClient]


@pytest.fixture
def visit(staff_app: Flask) -> Visit:
    """A teenager's bill on a parent's account."""
    staff_app.config["CLOCK"] = lambda: NOW

    def build(book: World) -> Visit:
        account = book.account(first_name="Parent", last_name="Sample", birth_on=date(1980, 4, 5))
        bill = book.bill(account=account, first_name="Teena", birth_on=date(2010, 5, 4))
        book.decide(bill, paid=8000, discount=12000, share={"1": 5000})
        return bill[0]

    return world(build)


def test_a_parent_is_invited_after_a_check_and_shut_out_with_a_reason(
    visit: Visit, as_staff: Opens
) -> None:
    desk = as_staff("front_desk")
    path = f"/accounts/{visit.guarantor_account_id}/proxies"
    page = desk.get(f"/accounts/{visit.guarantor_account_id}/people")
    assert path in [link.removeprefix("/staff") for link in page.links()]
    desk.get(path)
    sent = {"patient": str(visit.patient_id), "email": HELPER, "relationship": "parent", "pay": "y"}
    page = desk.post(path, sent, expect=200)
    assert "Enter who was checked, and which paper you saw." in page.text
    page = desk.follow(desk.post(path, {**sent, "checked": "Photo ID"}, expect=302))
    assert f"{HELPER} (invited)" in page.text
    assert [mail.recipient for mail in messages()] == [HELPER]
    [end] = [link for link in page.links() if link.endswith("/end")]
    desk.get(end.removeprefix("/staff"))
    page = desk.follow(desk.post(end.removeprefix("/staff"), {"reason": "Court order"}, expect=302))
    assert "Nobody but the guarantor can see this account" in page.text


def test_a_visit_is_kept_confidential_from_its_bill(visit: Visit, as_staff: Opens) -> None:
    desk = as_staff("front_desk")
    old = visit.guarantor_account_id
    page = desk.get(f"/accounts/{old}/bills/{visit.id}/confidential")
    assert "Parents see it nowhere" in page.text
    told = {"reason": "Teena asked at the desk"}
    page = desk.post(f"/accounts/{old}/bills/{visit.id}/confidential", told, expect=302)
    with read_only() as session:
        own_id = session.get_one(Visit, visit.id).guarantor_account_id
        assert session.scalars(select(Patient.guarantor_account_id)).one() == old
    assert page.location.endswith(f"/accounts/{own_id}/bills/{visit.id}")
    biller = as_staff("biller")
    assert "Confidential" in biller.get(f"/accounts/{own_id}/bills/{visit.id}").text
    biller.get(f"/accounts/{old}/bills/{visit.id}", expect=404)
    page = biller.get(f"/accounts/{own_id}/people")
    assert "Teena" in page.text
    page = biller.get(f"/accounts/{own_id}/proxies")
    assert "Give a parent" not in page.text


def test_what_cannot_be_hidden_says_why(visit: Visit, as_staff: Opens) -> None:
    biller = as_staff("biller")
    path = f"/accounts/{visit.guarantor_account_id}/bills/{visit.id}"
    assert "Keep confidential" in biller.get(path).text
    biller.get(f"{path}/confidential")
    biller.post(f"{path}/confidential", {"reason": "asked"}, expect=302)
    biller.post(f"{path}/confidential", {"reason": "asked"}, expect=404)
