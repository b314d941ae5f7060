"""A patient photographs the EOB: read, shown, confirmed or corrected by hand, and never decided without them (STMT-5)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.bill_disputes import BillDispute, BillDisputeDocument, EobPhoto
from portal.models.claims import Charge
from portal.models.work import WorkItem
from portal.services.eob_photo import drop_eob_photos
from tests.web.bills import Bills, account_of_every_kind, empty_account, make_practice
from tests.web.insurance_world import SaidReader, photo, reads, run_jobs
from tests.web.pages import XHTML, Page, PageClient

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


def everything(model) -> list:
    with read_only() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def photographed(
    client: PageClient, app: Flask, bills: Bills, now: datetime, *words: str, **more
) -> Page:
    """The check after the picture was sent and read."""
    reads(app, SaidReader(*words))
    at = f"/bills/{bills.decided}/eob"
    sent = {"photo": (io.BytesIO(photo()), "eob.jpg"), **more}
    waiting = client.post(at, sent, content_type="multipart/form-data").location
    page = client.get(waiting)
    assert "Reading the EOB" in page.text
    assert 'http-equiv="refresh"' in page.source
    run_jobs(app, now)
    return client.get(client.get(waiting, expect=302).location)


def carried(page: Page, action: str) -> dict[str, str]:
    """The hidden fields of the form that leads there."""
    [form] = [one for one in page.all("form") if one.get("action", "").endswith(action)]
    return {
        one.get("name"): one.get("value", "")
        for one in form.iter(f"{XHTML}input")
        if one.get("type") == "hidden" and one.get("name") != "csrf_token"
    }


def test_STMT_5_the_amount_is_shown_to_be_confirmed_and_a_match_keeps_no_picture(
    client: PageClient, patient_app: Flask, bills: Bills, now: datetime
) -> None:
    page = photographed(client, patient_app, bills, now, "You may owe $60.00")
    assert "We read $60.00. Is this right?" in page.text
    [kept] = everything(EobPhoto)
    assert (kept.state, kept.told) == ("read", Money(6000))
    assert everything(BillDispute) == []
    said = {"amount": "60.00", "photo": page.hidden("photo"), "what": "0"}
    page = client.post(f"/bills/{bills.decided}/compare", said, expect=200)
    assert "It matches." in page.text
    store = patient_app.extensions["kindbill"].documents
    assert drop_eob_photos(store=store, now=now + timedelta(hours=23)) == 0
    assert drop_eob_photos(store=store, now=now + timedelta(days=1, seconds=1)) == 1
    assert everything(EobPhoto)[0].stored_as == ""
    gone = client.get(f"/bills/{bills.decided}/eob/{kept.id}", expect=404)
    assert "We read" not in gone.text


def test_STMT_5_corrected_by_hand_it_opens_a_dispute_with_the_same_picture(
    client: PageClient, patient_app: Flask, bills: Bills, now: datetime
) -> None:
    page = photographed(client, patient_app, bills, now, "You may owe $26.00")
    said = {"amount": "20.00", "photo": page.hidden("photo"), "what": "0"}
    page = client.post(f"/bills/{bills.decided}/compare", said, expect=200)
    assert "Your EOB says $20.00. Your plan told us $60.00." in page.text
    at = f"/bills/{bills.decided}/differs"
    page = client.post(at, carried(page, "/differs"), expect=200)
    assert "Your picture of the EOB goes with it." in page.text
    page = client.post(at, carried(page, "/differs"))
    [row] = _disputes()
    assert (row.eob_told, row.plan_told, row.amount) == (Money(2000), Money(6000), Money(4000))
    [document], [kept] = everything(BillDisputeDocument), everything(EobPhoto)
    assert (document.stored_as, kept.dispute_id) == (kept.stored_as, row.id)
    assert "Picture 1" in client.get(page.location).text
    store = patient_app.extensions["kindbill"].documents
    assert drop_eob_photos(store=store, now=now + timedelta(days=9)) == 0


def _disputes() -> list[BillDispute]:
    return everything(BillDispute)


def test_STMT_5_what_nobody_could_read_goes_to_the_office_alone_once(
    client: PageClient, patient_app: Flask, bills: Bills, now: datetime, as_staff: AsPatient
) -> None:
    page = photographed(client, patient_app, bills, now, "Hello")
    assert "We could not read the amount." in page.text
    fields = carried(page, "/eob/send")
    for _ in range(2):
        sent = client.post(f"/bills/{bills.decided}/eob/send", fields)
        assert sent.location == f"/bills/{bills.decided}"
    [item] = [one for one in everything(WorkItem) if one.kind == "eob_picture"]
    assert (item.guarantor_account_id, item.visit_id) == (bills.account_id, bills.decided)
    assert _disputes() == []
    office = as_staff("biller")
    assert f"/bill-disputes/eobs/{item.id}" in office.get(f"/queue/{item.id}").links()
    seen = office.get(f"/bill-disputes/eobs/{item.id}")
    assert seen.status == 200


def test_STMT_5_of_one_service_its_own_row_is_read(
    client: PageClient, patient_app: Flask, bills: Bills, now: datetime
) -> None:
    with read_only() as session:
        charge = session.scalars(
            select(Charge).where(Charge.visit_id == bills.decided).order_by(Charge.line_number)
        ).first()
    page = photographed(client, patient_app, bills, now, "You may owe $60.00", line=str(charge.id))
    assert "We could not read the amount." in page.text, (
        "the whole is not the amount of one service"
    )
    [chosen] = [one.get("value") for one in page.all("input") if one.get("checked") is not None]
    assert chosen == str(charge.id)


def test_STMT_5_an_EOB_that_says_more_is_told_plainly_and_disputes_nothing(
    client: PageClient, bills: Bills
) -> None:
    page = client.post(f"/bills/{bills.decided}/compare", {"amount": "75.00"}, expect=200)
    assert "Your EOB says more than our bill." in page.text
    assert "we ask for no more than that" in page.text
    assert f"/bills/{bills.decided}/dispute" in page.links()
    assert "Dispute it with both amounts" not in page.text
    fields = carried(page, "/eob/send")
    for _ in range(2):
        client.post(f"/bills/{bills.decided}/eob/send", fields)
    [item] = [one for one in everything(WorkItem) if one.kind == "eob_says_more"]
    assert item.amount == Money(1500)
    assert "EOB: $75.00. Our 835: $60.00." in item.reasons[0]
    assert _disputes() == []
    refused = client.post(f"/bills/{bills.decided}/differs", {"theirs": "7500"})
    assert refused.location == f"/bills/{bills.decided}/compare"
    less = client.post(f"/bills/{bills.decided}/eob/send", {"theirs": "2000"})
    assert less.location == f"/bills/{bills.decided}/compare"


def test_STMT_5_no_picture_or_a_bad_one_is_said_and_another_s_is_not_found(
    client: PageClient, patient_app: Flask, bills: Bills, now: datetime, as_patient: AsPatient
) -> None:
    at = f"/bills/{bills.decided}/eob"
    page = client.post(at, {})
    assert "Take a photo first" in client.get(page.location).text
    page = client.post(
        at, {"photo": (io.BytesIO(b"no picture"), "x.jpg")}, content_type="multipart/form-data"
    )
    assert "We cannot open this kind of file." in client.get(page.location).text
    assert everything(EobPhoto) == []
    photographed(client, patient_app, bills, now, "You may owe $60.00")
    [kept] = everything(EobPhoto)
    other = as_patient(empty_account())
    other.get(f"{at}/{kept.id}", expect=404)
    other.post(f"{at}/send", {"picture": str(kept.id)}, expect=404)
