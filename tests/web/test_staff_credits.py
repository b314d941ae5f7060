"""The worklist of credits: what goes back by its clock, and never money that waits for insurance (OPS-20, C-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from billing.entries import receipt
from billing.ledger import Account, Party
from billing.money import Money
from portal.db import transaction
from portal.queries.staff_credits import credits_page
from portal.services.note_credits import note_credits
from portal.services.post_entry import post_entry
from tests.services.payer_voice import Payer, clp, insured, svc, total
from tests.services.staff_world import add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 4, 20, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def put(account_id: int, visit_id: int | None, cents: int, name: str) -> None:
    """Money that the patient paid, on a visit or on the account."""
    with transaction() as session:
        post_entry(
            session,
            receipt(
                source_ref=f"receipt:{name}",
                occurred_on=date(2026, 3, 1),
                amount=Money(cents),
                party=Party(guarantor_account_id=account_id, visit_id=visit_id),
            ),
        )


def test_OPS_20_C_20_money_that_waits_for_insurance_is_no_credit(as_staff: AsStaff) -> None:
    visit = insured(200_00)
    put(visit.guarantor_account_id, visit.id, 25_00, "copay")
    before = credits_page(on=TODAY)
    assert (before.rows, before.waits) == ((), Money(25_00))
    note_credits(on=TODAY, now=NOW)
    page = as_staff("biller").get("/credits/").text
    assert "No patient has credit that no bill needs" in page
    assert "No credit yet: money of bills that are not decided, $25.00" in page
    Payer().pays(clp(visit.control_number, svc("99213", 200, "CO-45 50, PR-3 10")))
    after = credits_page(on=TODAY)
    assert ([row.amount for row in after.rows], after.waiting) == ([Money(15_00)], ())


def test_OPS_20_each_credit_has_its_clock_and_pays_another_bill_with_a_yes_alone(
    as_staff: AsStaff,
) -> None:
    paid, owing = add_account("7000001", amounts=(10_00,)), add_account("7000002")
    put(paid.account_id, paid.visit_id, 30_00, "over")
    put(owing.account_id, owing.visit_id, 100_00, "much")
    note_credits(on=TODAY - timedelta(days=16), now=NOW)
    first, second = credits_page(on=TODAY).rows
    assert first.amount == Money(100_00)
    assert (second.due_now, second.days_left(TODAY), second.alert(TODAY)) == (Money(10_00), 14, 14)
    biller = as_staff("biller")
    with statements_sent() as sent:
        page = biller.get("/credits/")
    assert len(sent) <= 12, "\n".join(sent)
    assert "14 days left" in page.text
    address = f"/credits/{paid.account_id}/use"
    form = {"form_id": biller.get(address).hidden("form_id")}
    assert "Enter who agreed" in biller.post(address, form | {"agreed": ""}).text
    used = biller.post(address, form | {"agreed": "She said so by phone"})
    assert "$10.00 of credit paid what was due" in biller.follow(used).text
    assert total(Account.PATIENT_RECEIVABLE, guarantor_account_id=paid.account_id) == 0
    assert [row.amount for row in credits_page(on=TODAY).rows] == [Money(100_00), Money(20_00)]
    assert "Nothing was changed" in biller.post(address, form | {"agreed": "Again"}).text
