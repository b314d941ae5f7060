"""What a receipt tells of refunds, on paper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from billing.money import Money
from portal.db import transaction
from portal.models.claims import Provider, Visit
from portal.queries.receipts import receipt_print
from tests.sandbox_server import SandboxServer
from tests.services.refund_desk import open_desk
from tests.services.till import open_till


def test_the_printed_receipt_is_itemised_and_tells_what_went_back(
    database_url: str, sandbox: SandboxServer, now: datetime
) -> None:
    """What a health account asks for: who, by whom, when, what, and what was paid in the end."""
    desk = open_desk(open_till(sandbox, now))
    with transaction() as session:
        provider = Provider(npi="1999999984", first_name="Ann", last_name="Sample")
        session.add(provider)
        session.flush()
        session.execute(update(Visit).values(provider_id=provider.id))
    payment_id = desk.paid()
    desk.refunded(payment_id, 2_000)
    desk.ask(payment_id, 500)  # what is only asked for is not told
    found = desk.till.receipt(payment_id)
    assert found is not None
    assert (found.sent_back, found.kept) == (Money(2_000), Money(16_240))
    printed = receipt_print(found)
    assert printed["lines"][1] == {
        "date": "January 20, 2026",
        "what": "Office visit",
        "patient": "Testa Sample",
        "provider": "Dr. Ann Sample",
        "amount": "$132.40",
    }
    assert [(r["date"], r["amount"]) for r in printed["refunds"]] == [("March 2, 2026", "-$20.00")]
    assert [r["amount"] for r in printed["returned_lines"]] == ["-$20.00"]
    assert printed["kept"] == "$162.40"
