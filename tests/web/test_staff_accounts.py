"""The account pages of staff: find, understand, adjust, take back, name a guarantor; each within its budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent
from portal.models.ledger import JournalEntry
from portal.models.statements import Statement, StatementDelivery
from portal.queries.statement_json import content_hash, to_json
from tests.services.staff_world import add_account
from tests.statement_samples import statement
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def search(client: PageClient, term: str) -> Page:
    return client.post("/accounts/search", {"term": term})


@pytest.mark.parametrize(
    ("term", "because"),
    [
        ("sample", "name"),
        ("Sample, Tes", "name"),
        ("5/4/1980", "birth date"),
        ("1980-05-04", "birth date"),
        ("(212) 555-0142", "phone"),
        ("CTRL7000002", "control number"),
    ],
)
def test_search_finds_by(term: str, because: str, as_staff: AsStaff) -> None:
    add_account("7000001")
    add_account("7000002")
    found = search(as_staff("front_desk"), term)
    if because == "control number":
        assert found.location.endswith("/accounts/2")
    else:
        assert "7000001" in found.text
        assert because in found.text


def test_search_opens_the_only_account_and_says_when_there_is_none(as_staff: AsStaff) -> None:
    world, client = add_account(), as_staff("biller")
    page = client.follow(search(client, "7000001"))
    assert page.h1 == "Account"
    assert "Nothing fits" in search(client, "nobody").text
    assert "Nothing fits" in search(client, "x").text
    assert "Testa Sample" in client.get("/accounts/").text, world


def test_HIPAA_3_and_18_a_search_is_logged_and_no_term_stands_in_an_address(
    as_staff: AsStaff,
) -> None:
    world, client = add_account(), as_staff("biller")
    client.get("/accounts/search", expect=405)
    search(client, "sample")
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "search")).one()
        assert (event.object_id, event.account_ids) == ("sample", [world.account_id])
        assert event.patient_ids == [world.patient_id]


def test_PCI_5_a_card_number_in_the_search_box_is_not_kept(as_staff: AsStaff) -> None:
    search(as_staff("biller"), "4242 4242 4242 4242")
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "search")).one()
        assert event.object_id == "(looks like a card number)"


PAGES = {
    "/accounts/{a}": "Account",
    "/accounts/{a}/bills/{v}": "Bill",
    "/accounts/{a}/ledger": "Ledger",
    "/accounts/{a}/ledger?line={c}": "Ledger",
    "/accounts/{a}/papers": "Statements and payments",
    "/accounts/{a}/people": "People and coverage",
    "/accounts/{a}/activity": "Activity",
    "/accounts/{a}/bills/{v}/lines/{c}/adjust": "Adjust a line",
    "/accounts/{a}/guarantor": "Name the guarantor",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_each_page_of_an_account(path: str, title: str, as_staff: AsStaff) -> None:
    """Valid, named, within 12 statements, written to the audit trail; another's id is not found."""
    world, client = add_account(), as_staff("manager")
    address = path.format(a=world.account_id, v=world.visit_id, c=world.charge_ids[0])
    client.get(address)
    with statements_sent() as sent:
        page = client.get(address)
    assert page.h1 == title
    assert len(sent) <= 12, "\n".join(sent)
    assert "7000001" not in page.all("title")[0].text
    with read_only() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.account_ids.contains([world.account_id]))
        ).all()
        assert len(rows) == 2
    client.get(path.format(a=999, v=world.visit_id, c=world.charge_ids[0]), expect=404)


def test_the_account_says_what_is_owed_and_what_the_gate_answers(as_staff: AsStaff) -> None:
    world, client = add_account(), as_staff("biller")
    text = client.get(f"/accounts/{world.account_id}").text
    assert "Due now $58.00" in text
    assert "Send a paper statement" in text
    assert "no consent to text messages (MSG-1)" in text


def test_HIPAA_7_each_role_sees_its_part(as_staff: AsStaff) -> None:
    world = add_account()
    desk = as_staff("front_desk")
    page = desk.get(f"/accounts/{world.account_id}")
    assert "$58.00" in page.text
    assert not [link for link in page.links() if "ledger" in link]
    desk.get(f"/accounts/{world.account_id}/ledger", expect=403)
    poster = as_staff("payment_poster")
    bill = poster.get(f"/accounts/{world.account_id}/bills/{world.visit_id}")
    assert not [link for link in bill.links() if "adjust" in link]
    as_staff("sysadmin").get(f"/accounts/{world.account_id}", expect=403)


def adjust(client: PageClient, address: str, **changes: str) -> Page:
    fields = {"form_id": str(uuid4()), "kind": "our_error", "amount": "20", "reason": "Wrong code"}
    return client.post(address, fields | changes)


def test_adjust_and_take_back(as_staff: AsStaff) -> None:
    world, client = add_account(), as_staff("biller")
    address = (
        f"/accounts/{world.account_id}/bills/{world.visit_id}/lines/{world.charge_ids[0]}/adjust"
    )
    form = client.get(address)
    again = {"form_id": form.hidden("form_id")}
    bill = client.follow(adjust(client, address, **again))
    assert "$20.00 taken off" in bill.text
    assert "$30.00" in bill.text
    twice = client.follow(adjust(client, address, **again))
    assert "stands once" in twice.text
    ledger = client.get(f"/accounts/{world.account_id}/ledger")
    assert "Our billing mistake: Wrong code" in ledger.text
    (back,) = [link for link in ledger.links() if link.endswith("take-back")]
    assert "Small balance" not in client.get(back).text
    assert client.post(back, {"reason": ""}).h1 == "Take an adjustment back"
    done = client.follow(client.post(back, {"reason": "The code was right"}))
    assert "Taken back: adjusted by staff" in done.text
    assert not [link for link in done.links() if link.endswith("take-back")]
    assert "$58.00" in client.get(f"/accounts/{world.account_id}").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "50.01"}, "Only $50.00 is open"),
        ({"amount": "many"}, "Enter an amount like 50"),
        ({"reason": ""}, "Enter a reason."),
        ({"reason": "4242 4242 4242 4242"}, "looks like a card number"),
        ({"kind": "hardship"}, "Not a valid choice"),
        ({"kind": ""}, "Choose what kind"),
        ({"form_id": "1"}, "Open this page again."),
        ({"form_id": ""}, "Open this page again."),
        ({"form_id": "\u0661" * 32 + "x"}, "Open this page again."),
        ({"form_id": "\u00e9" * 32}, "Open this page again."),
        ({"form_id": "f" * 5_000}, "Open this page again."),
    ],
)
def test_STMT_25_and_PCI_5_the_form_says_what_is_wrong(
    changes: dict[str, str], words: str, as_staff: AsStaff
) -> None:
    world, client = add_account(), as_staff("biller")
    page = adjust(
        client,
        f"/accounts/{world.account_id}/bills/{world.visit_id}/lines/{world.charge_ids[0]}/adjust",
        **changes,
    )
    assert words in page.text
    assert "4242 4242" not in page.source
    with read_only() as session:
        assert (
            session.scalars(
                select(JournalEntry).where(JournalEntry.source_ref.like("staff:%"))
            ).first()
            is None
        )


def add_statement(account_id: int) -> int:
    """One statement as sent, with every kind of line on it."""
    content = statement()
    with transaction() as session:
        row = Statement(
            number=content.number,
            guarantor_account_id=account_id,
            cycle_on=NOW.date(),
            cut_at=NOW,
            ledger_position=0,
            due_on=date(2026, 3, 30),
            amount_due=content.amount_due,
            previous_balance=Money(0),
            layout_version=content.layout_version,
            content=to_json(content),
            content_hash=content_hash(to_json(content)),
        )
        session.add(row)
        session.flush()
        session.add(
            StatementDelivery(
                statement_id=row.id, channel="paper", batch="b", delivered_on=NOW.date()
            )
        )
        return row.id


def test_a_statement_as_sent_is_printed_from_its_frozen_content(as_staff: AsStaff) -> None:
    world, other, client = add_account(), add_account("7000002"), as_staff("collections")
    statement_id = add_statement(world.account_id)
    papers = client.get(f"/accounts/{world.account_id}/papers")
    assert "paper on Mar 2, 2026" in papers.text
    (link,) = [link for link in papers.links() if link.endswith(".pdf")]
    answer = client.get(link).response
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    client.get(f"/accounts/{other.account_id}/statements/{statement_id}.pdf", expect=404)
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "print")).first()
        assert event is not None
        assert event.account_ids == [world.account_id]


def test_COLL_26_name_a_guarantor(as_staff: AsStaff) -> None:
    world, client = add_account(named=False), as_staff("biller")
    page = client.get(f"/accounts/{world.account_id}")
    assert "No guarantor is named" in page.text
    assert "no parent or guardian is named yet (COLL-26)" in page.text
    address = f"/accounts/{world.account_id}/guarantor"
    fields = {
        "first_name": "Guardia",
        "last_name": "Sample",
        "birth_on": "7/1/2015",
        "relationship": "mother",
        "street": "2 Sample Street",
        "city": "Sampleton",
        "state": "ny",
        "postal_code": "12345",
    }
    assert "18 or older" in client.post(address, fields).text
    fields |= {"birth_on": "7/1/1985"}
    assert "card number" in client.post(address, fields | {"street2": "4242424242424242"}).text
    done = client.follow(client.post(address, fields))
    assert "Guardia Sample is named" in done.text
    assert "Parent or guardian of Minny" in client.get(f"/accounts/{world.account_id}/people").text
    with read_only() as session:
        assert session.get_one(GuarantorAccount, world.account_id).state == "NY"


def test_long_lists_have_pages(as_staff: AsStaff) -> None:
    for number in range(7000001, 7000029):
        add_account(str(number))
    client = as_staff("biller")
    first = search(client, "sample")
    assert len(re.findall(r"70000\d\d", first.text)) == 25
    assert "Next page" in first.text
    second = client.post("/accounts/search", {"term": "sample", "page": "2"})
    assert len(re.findall(r"70000\d\d", second.text)) == 3
    assert "Previous page" in second.text
