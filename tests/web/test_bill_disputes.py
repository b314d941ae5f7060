"""A patient disputes a bill on our pages: held at once, the rest payable, followed with dates (DISP-1, DISP-2)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from billing import entries
from billing.holds import Action, Condition, Denied, allowed
from billing.ledger import Party
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.bill_disputes import BillDispute, BillDisputeDocument
from portal.models.claims import Charge
from portal.models.messages import ThreadMessage
from portal.models.work import WorkItem
from portal.queries.balances import VisitBalance, balances
from portal.queries.payments import open_lines
from portal.services.post_entry import post_entries
from tests.web.bills import Bills, account_of_every_kind, empty_account, make_practice
from tests.web.insurance_world import photo
from tests.web.pages import Page, PageClient

AsPatient = Callable[..., PageClient]
ON = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, now: datetime) -> None:
    patient_app.config["CLOCK"] = lambda: now


@pytest.fixture
def bills(database_url: str) -> Bills:
    make_practice()
    return account_of_every_kind()


@pytest.fixture
def client(bills: Bills, as_patient: AsPatient) -> PageClient:
    return as_patient(bills.account_id)


def charges_of(visit_id: int) -> list[int]:
    with read_only() as session:
        query = select(Charge.id).where(Charge.visit_id == visit_id).order_by(Charge.line_number)
        return list(session.scalars(query))


def visit_now(visit_id: int, on: date = ON) -> VisitBalance:
    with read_only() as session:
        [account] = balances(session, on=on, visit_ids=[visit_id])
        return account.visits[0]


def only_dispute() -> BillDispute:
    with read_only() as session:
        return session.scalars(select(BillDispute)).one()


def dispute(client: PageClient, visit_id: int, **said: Any) -> Page:
    """Every screen in its order, each with what the one before carried along."""
    page = client.get(f"/bills/{visit_id}/dispute")
    answers = {"kind": "amount", "words": "The price is not what you told me.", **said}
    fields: dict[str, Any] = {"form_id": page.hidden("form_id")}
    for _ in range(5):
        step = page.hidden("step")
        if step in answers:
            fields[step] = answers[step]
        page = client.post(f"/bills/{visit_id}/dispute", {**fields, "step": step}, expect=None)
        if page.status == 302:
            return client.get(page.location)
    raise AssertionError(page.text)


def test_DISP_1_one_question_a_screen_then_held_with_dates(
    client: PageClient, bills: Bills
) -> None:
    before = visit_now(bills.self_pay)
    page = dispute(client, bills.self_pay)
    row = only_dispute()
    assert page.h1 == "We are looking at it"
    assert "$40.00 is on hold" in page.text
    assert row.resolve_by == row.filed_on + timedelta(days=30)
    assert row.acknowledged_at == row.filed_at
    after = visit_now(bills.self_pay)
    assert Condition.DISPUTED in after.conditions
    assert (after.due_now, after.disputed) == (Money(0), before.patient_due)
    assert isinstance(allowed(after.conditions, Action.REMINDER), Denied)
    assert isinstance(allowed(after.conditions, Action.DRAFT), Denied)
    with read_only() as session:
        work = session.scalars(select(WorkItem).where(WorkItem.kind == "bill_dispute")).one()
        assert work.due_on == row.resolve_by
        told = session.scalars(select(ThreadMessage)).one()
    assert "We got your dispute" in told.body


def test_CORE_6_the_overview_and_the_bill_show_it_as_not_due(
    client: PageClient, bills: Bills
) -> None:
    dispute(client, bills.self_pay)
    page = client.get("/bills")
    assert "You told us that this bill is wrong. You owe nothing for it while we look." in page.text
    page = client.get(f"/bills/{bills.self_pay}")
    assert "$40.00 is disputed and not due." in page.text
    assert "Pay $" not in page.text


def test_DISP_1_the_undisputed_part_stays_payable(client: PageClient, bills: Bills) -> None:
    due = visit_now(bills.decided).patient_due
    dispute(client, bills.decided, part="10.00", charges=charges_of(bills.decided))
    after = visit_now(bills.decided)
    assert after.disputed == Money(1000)
    assert after.due_now + after.disputed == due == after.patient_due
    with read_only() as session:
        [account] = balances(session, on=ON, account_ids=[bills.account_id])
    payable = [line for line in open_lines(account) if line.visit_id == bills.decided]
    assert sum((line.due.cents for line in payable if not line.held), 0) == after.due_now.cents
    assert f"Pay {after.due_now}" in client.get(f"/bills/{bills.decided}").text


def test_DISP_1_a_line_on_which_nothing_is_due_is_looked_at_without_an_amount(
    client: PageClient, bills: Bills
) -> None:
    [charge_id] = charges_of(bills.self_pay)
    party = entries.Party(
        guarantor_account_id=bills.account_id, visit_id=bills.self_pay, charge_id=charge_id
    )
    due = visit_now(bills.self_pay).patient_due
    with transaction() as session:
        paid = entries.payment(
            source_ref="test:paid", occurred_on=ON, lines=[entries.Line(party, due)]
        )
        post_entries(session, [paid])
    page = dispute(client, bills.self_pay, kind="already_paid")
    assert only_dispute().amount == Money(0)
    assert "You owe nothing for it now." in page.text
    assert "If you paid too much, you get it back." in page.text
    assert "$0.00" not in page.text
    assert "$0.00" not in client.get("/disputes").text
    assert "How much of it is wrong?" not in client.get(f"/bills/{bills.self_pay}/dispute").text


def test_DISP_1_the_same_form_twice_is_one_dispute(client: PageClient, bills: Bills) -> None:
    page = client.get(f"/bills/{bills.self_pay}/dispute")
    said = {
        "form_id": page.hidden("form_id"),
        "step": "words",
        "kind": "duplicate",
        "words": "Twice.",
    }
    first = client.post(f"/bills/{bills.self_pay}/dispute", said)
    second = client.post(f"/bills/{bills.self_pay}/dispute", said)
    assert first.location == second.location
    assert only_dispute().kind == "duplicate"


def test_DISP_1_another_dispute_of_the_same_lines_is_refused(
    client: PageClient, bills: Bills
) -> None:
    dispute(client, bills.self_pay)
    page = client.get(f"/bills/{bills.self_pay}/dispute")
    said = {
        "form_id": page.hidden("form_id"),
        "step": "words",
        "kind": "amount",
        "words": "Again.",
    }
    page = client.post(f"/bills/{bills.self_pay}/dispute", said, expect=409)
    assert "You told us before" in page.text


def test_PCI_5_a_card_number_is_not_kept(client: PageClient, bills: Bills) -> None:
    page = client.get(f"/bills/{bills.self_pay}/dispute")
    said = {
        "form_id": page.hidden("form_id"),
        "step": "words",
        "kind": "amount",
        "words": "I paid with 4242 4242 4242 4242",
    }
    client.post(f"/bills/{bills.self_pay}/dispute", said, expect=None)
    with read_only() as session:
        assert session.scalars(select(BillDispute)).all() == []


def test_DISP_1_evidence_is_made_anew_and_another_s_is_not_found(
    client: PageClient, bills: Bills, as_patient: AsPatient
) -> None:
    dispute(client, bills.self_pay)
    at = f"/disputes/{only_dispute().id}"
    page = client.post(f"{at}/evidence", {"photo": (io.BytesIO(photo()), "letter.exe.jpg")})
    assert page.status == 302
    with read_only() as session:
        document = session.scalars(select(BillDisputeDocument)).one()
    shown = client.get(f"{at}/evidence/{document.id}")
    assert shown.response.mimetype == "image/jpeg"
    assert b"Exif" not in shown.response.data
    other = as_patient(empty_account())
    for path in (at, f"{at}/evidence/{document.id}"):
        assert other.get(path, expect=404).status == 404
    page = client.post(
        f"{at}/evidence", {"photo": (io.BytesIO(b"MZ not a picture"), "x.jpg")}, expect=200
    )
    assert "Please check this" in page.text


def test_DISP_1_taken_back_it_is_due_again(client: PageClient, bills: Bills) -> None:
    due = visit_now(bills.self_pay).due_now
    dispute(client, bills.self_pay)
    at = f"/disputes/{only_dispute().id}"
    client.post(f"{at}/withdraw", {})
    client.post(f"{at}/withdraw", {})
    assert visit_now(bills.self_pay).due_now == due
    assert "You took this back" in client.get(at).text
    with read_only() as session:
        assert session.scalars(select(WorkItem.closed_at)).all().count(None) == 1  # the held bill's


def differ(client: PageClient, visit_id: int, amount: str, **said: Any) -> Page:
    """From the check to the dispute, as the pages carry it along."""
    at = f"/bills/{visit_id}/compare"
    page = client.post(at, {"amount": amount, **said}, expect=200)
    assert "It does not match." in page.text
    carried = {"theirs": page.hidden("theirs")}
    if said:
        carried["line"] = page.hidden("line")
    return client.post(f"/bills/{visit_id}/differs", carried, expect=200)


def send(client: PageClient, visit_id: int, page: Page, **more: Any) -> Page:
    names = [f.get("name") for f in page.all("input") if f.get("type") == "hidden"]
    carried = {name: page.hidden(name) for name in names if name and name != "csrf_token"}
    return client.post(
        f"/bills/{visit_id}/differs", carried | more, content_type="multipart/form-data"
    )


def test_STMT_5_an_EOB_that_says_less_opens_a_dispute_with_both_figures_and_the_picture(
    client: PageClient, bills: Bills
) -> None:
    page = differ(client, bills.decided, "20.00")
    assert "The EOB says$20.00 The plan told us$60.00" in page.text
    page = send(client, bills.decided, page, photo=(io.BytesIO(photo()), "eob.jpg"))
    row = only_dispute()
    assert (row.channel, row.kind) == ("eob", "amount")
    assert (row.eob_told, row.plan_told) == (Money(2000), Money(6000))
    assert row.amount == Money(4000)
    assert visit_now(bills.decided).disputed == Money(4000)
    page = client.get(page.location)
    assert "The EOB says" in page.text
    assert "Picture 1" in page.text
    with read_only() as session:
        [kept] = session.scalars(select(BillDisputeDocument))
        assert kept.dispute_id == row.id


def test_STMT_5_one_line_of_the_EOB_is_compared_and_disputed_alone(
    client: PageClient, bills: Bills
) -> None:
    first, second = charges_of(bills.decided)
    at = f"/bills/{bills.decided}/compare"
    assert "It matches." in client.post(at, {"what": str(first), "amount": "50"}, expect=200).text
    page = differ(client, bills.decided, "4.00", what=str(second))
    assert "The EOB says$4.00 The plan told us$10.00" in page.text
    send(client, bills.decided, page, words="My EOB has less for the second one.")
    assert only_dispute().amount == Money(600)
    held = {line.charge_id: line.disputed for line in visit_now(bills.decided).charges}
    assert held == {first: Money(0), second: Money(600)}


def test_STMT_5_a_line_on_which_nothing_is_due_leads_on(client: PageClient, bills: Bills) -> None:
    first, second = charges_of(bills.decided)
    bill, at = f"/bills/{bills.decided}", f"/bills/{bills.decided}/compare"
    page = client.post(at, {"what": str(second), "amount": "10"}, expect=200)
    assert "Write to us about it" not in page.text, "something is due on it"
    with transaction() as session:
        party = Party(
            guarantor_account_id=bills.account_id, visit_id=bills.decided, charge_id=second
        )
        paid = [entries.Line(party, Money(1000))]
        post_entries(session, [entries.payment(source_ref="t:paid", occurred_on=ON, lines=paid)])
    page = client.post(at, {"what": str(second), "amount": "10"}, expect=200)
    assert "It matches." in page.text
    assert "Nothing is owed for it now." in page.text
    assert {bill, f"{bill}/ask", f"{at}?line={second}"} <= set(page.links())
    page = client.post(at, {"what": str(second), "amount": "4"}, expect=200)
    assert "Nothing is owed for it now." in page.text
    assert "You do not need to pay that part" not in page.text
    client.get(f"{bill}/ask")
    page = client.get(f"/bills/{bills.waiting}/compare")
    assert {f"/bills/{bills.waiting}", f"/bills/{bills.waiting}/ask"} <= set(page.links())


def test_STMT_5_a_picture_that_cannot_be_used_leaves_the_dispute_open(
    client: PageClient, bills: Bills
) -> None:
    page = differ(client, bills.decided, "20.00")
    page = send(client, bills.decided, page, photo=(io.BytesIO(b"no picture"), "eob.jpg"))
    assert only_dispute().state == "open"
    page = client.get(page.location)
    assert "Picture 1" not in page.text
    assert "Add a photo or a letter" in page.text


def test_STMT_5_the_check_is_linked_wherever_a_plan_told_us_and_says_so_where_none_did(
    client: PageClient, bills: Bills
) -> None:
    at = f"/bills/{bills.decided}/compare"
    assert at in client.get(f"/bills/{bills.decided}").links()
    for other in (bills.waiting, bills.self_pay):
        assert f"/bills/{other}/compare" not in client.get(f"/bills/{other}").links()
        assert "nothing to compare now" in client.get(f"/bills/{other}/compare").text
    page = client.post(f"/bills/{bills.waiting}/differs", {"theirs": "100"})
    assert page.location == f"/bills/{bills.waiting}/compare"
    same = client.post(f"/bills/{bills.decided}/differs", {"theirs": "6000"})
    assert same.location == at


def test_DISP_1_a_dispute_begins_from_a_line_and_from_a_message(
    client: PageClient, bills: Bills
) -> None:
    first, _ = charges_of(bills.decided)
    from_line = f"/bills/{bills.decided}/dispute?line={first}"
    assert from_line in client.get(f"/bills/{bills.decided}").links()
    page = client.get(from_line)
    fields = {"form_id": page.hidden("form_id"), "kind": "amount", "step": "kind"}
    if any(f.get("name") == "charges" for f in page.all("input")):
        fields["charges"] = page.hidden("charges")
    page = client.post(f"/bills/{bills.decided}/dispute", fields, expect=200)
    ticked = [f.get("value") for f in page.all("input") if "checked" in f.keys()]  # noqa: SIM118 - of an element
    assert ticked == [str(first)]
    asked = client.get(f"/bills/{bills.decided}/ask")
    names = ("form_id", "account")
    hidden = {f.get("name"): f.get("value") for f in asked.all("input")}
    fields = {name: hidden[name] for name in names if hidden.get(name)}
    client.post(f"/bills/{bills.decided}/ask", {**fields, "text": "What is this?"}, expect=302)
    assert f"/bills/{bills.decided}/dispute" in client.get("/messages").links()


def test_DISP_2_a_bill_rejoins_the_cycle_on_its_day(
    client: PageClient, bills: Bills, now: datetime
) -> None:
    dispute(client, bills.self_pay)
    row = only_dispute()
    with transaction() as session:
        kept = session.get_one(BillDispute, row.id)
        kept.state, kept.finding = "answered", "valid"
        kept.rejoins_on = row.filed_on + timedelta(days=24)
    last = row.filed_on + timedelta(days=23)
    assert visit_now(bills.self_pay, last).due_now == Money(0)
    assert visit_now(bills.self_pay, last + timedelta(days=1)).due_now == Money(4000)
